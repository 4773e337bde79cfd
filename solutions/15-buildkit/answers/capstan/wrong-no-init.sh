# expect: exited with code 137
docker run -d --name capstan --pids-limit 20 drydock/busybox:1 sleep 1d
for _ in $(seq 50); do docker top capstan -eo pid,comm | grep -q sleep && break; sleep 0.1; done
docker stop -t 1 capstan
