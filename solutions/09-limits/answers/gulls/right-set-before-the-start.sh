docker create --name gulls -v "$PWD/quay:/quay" drydock/busybox:1 sh /quay/gulls.sh
docker update --pids-limit 20 gulls
docker start --attach gulls
docker run -d --name clerk --ulimit nofile=64:128 drydock/busybox:1 sleep 1d
