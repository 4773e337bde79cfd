# expect: Container clerk has the ulimit nofile=64:128
docker run --name gulls --pids-limit 20 -v "$PWD/quay:/quay:ro" drydock/busybox:1 sh /quay/gulls.sh
docker run -d --name clerk --ulimit nofile=64 drydock/busybox:1 sleep 1d
