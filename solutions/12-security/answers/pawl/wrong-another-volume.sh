# expect: has the volume chest at /chest
docker run -d --name pawl --pids-limit 15 -v chests:/chest:ro drydock/busybox:1 sleep 1d
