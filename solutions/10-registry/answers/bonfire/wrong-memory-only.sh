# expect: memory_swap
docker run -d --name bonfire --memory 32m --health-cmd 'test -f /lit' --health-interval 1s drydock/busybox:1 sh -c 'touch /lit; exec sleep 1d'
