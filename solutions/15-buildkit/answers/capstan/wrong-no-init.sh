# expect: exited with code 137
docker run -d --name capstan --pids-limit 20 drydock/busybox:1 sleep 1d
docker stop -t 1 capstan
