look='cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes'
docker run -d --name gauge-96 --memory 96m drydock/busybox:1 sh -c "$look"
docker run -d --name gauge-48 --memory 48m drydock/busybox:1 sh -c "$look"
