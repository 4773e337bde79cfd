docker create --name capstan --init --pids-limit 20 drydock/busybox:1 sleep 1d
docker start capstan
for _ in $(seq 50); do docker top capstan -eo pid,comm | grep -q sleep && break; sleep 0.1; done
docker stop -t 5 capstan
