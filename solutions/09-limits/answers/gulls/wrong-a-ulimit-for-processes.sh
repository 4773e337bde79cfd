# expect: Container gulls is limited to pids 20
docker run --name gulls --ulimit nproc=20 -v "$PWD/quay:/quay:ro" drydock/busybox:1 sh /quay/gulls.sh
docker run -d --name clerk --ulimit nofile=64:128 drydock/busybox:1 sleep 1d
