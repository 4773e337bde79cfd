# expect: Container front may run on CPU 0 only
shares=$(docker inspect --format '{{.HostConfig.CpuShares}}' back)
docker run -d --name front --cpu-shares $((4 * shares)) drydock/busybox:1 sleep 1d
