# expect: memory_swap 64MiB
docker run -d --name bonfire --memory 32m --memory-swap 64m --health-cmd 'test -f /lit' --health-interval 1s drydock/busybox:1 sh -c 'touch /lit; exec sleep 1d'
