# expect: healthy within
docker run -d --name bonfire --memory 32m --memory-swap 32m --health-cmd 'test -f /lit' --health-interval 1s drydock/busybox:1 sleep 1d
