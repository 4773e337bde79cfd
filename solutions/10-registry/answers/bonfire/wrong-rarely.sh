# expect: interval 1s
docker run -d --name bonfire --memory 32m --memory-swap 32m --health-cmd 'test -f /lit' drydock/busybox:1 sh -c 'touch /lit; exec sleep 1d'
