docker run -d --name clerk --ulimit nofile=64:128 drydock/busybox:1 sleep 1d
docker run -d --name gulls --pids-limit 20 -v "$PWD/quay:/quay:ro" drydock/busybox:1 sh /quay/gulls.sh
