look='
if [ -e /sys/fs/cgroup/memory.max ]; then file=memory.max; else file=memory/memory.limit_in_bytes; fi
read limit < /sys/fs/cgroup/$file
echo $limit'
docker run -d --name gauge-48 -m 50331648 drydock/busybox:1 sh -c "$look"
docker run -d --name gauge-96 -m 98304k drydock/busybox:1 sh -c "$look"
docker wait gauge-48 gauge-96
