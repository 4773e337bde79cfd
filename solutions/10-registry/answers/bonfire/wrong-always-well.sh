# expect: /lit
docker run -d --name bonfire --memory 32m --memory-swap 32m --health-cmd true --health-interval 1s drydock/busybox:1 sh -c 'touch /lit; exec sleep 1d'
