docker run -d --name front drydock/busybox:1 sleep 1d
docker update --cpuset-cpus 0 -c $(($(docker inspect --format '{{.HostConfig.CpuShares}}' back) * 4)) front
