# expect: healthy within
docker run -d --name beacon --health-cmd 'test -f /lit' --health-interval 1s drydock/busybox:1 sleep 1d
