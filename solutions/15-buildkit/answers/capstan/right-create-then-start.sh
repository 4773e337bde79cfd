docker create --name capstan --init --pids-limit 20 drydock/busybox:1 sleep 1d
docker start capstan
docker stop -t 5 capstan
