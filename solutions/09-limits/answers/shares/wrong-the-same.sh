# expect: Both busy, container front gets about 4 times as much
docker run -d --name front --cpuset-cpus 0 --cpu-shares "$(docker inspect --format '{{.HostConfig.CpuShares}}' back)" drydock/busybox:1 sleep 1d
