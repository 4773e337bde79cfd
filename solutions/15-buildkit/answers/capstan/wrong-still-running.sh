# expect: running
docker run -d --name capstan --init --pids-limit 20 drydock/busybox:1 sleep 1d
