# expect: is limited to pids 20
docker run -d --name capstan --init drydock/busybox:1 sleep 1d
docker stop -t 3 capstan
