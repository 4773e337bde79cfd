# One of the two files is missing on each machine. Where it is the second, cat ends with 1, having said all.
look='cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; cat /sys/fs/cgroup/memory.max 2>/dev/null'
docker run --name gauge-48 --memory 48m drydock/busybox:1 sh -c "$look"
docker run --name gauge-96 --memory 96m drydock/busybox:1 sh -c "$look"
docker inspect --format '{{.Name}} {{.State.ExitCode}}' gauge-48 gauge-96
