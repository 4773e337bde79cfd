docker run -d --name bonfire --memory 32m --memory-swap 32m --health-cmd '[ -e /lit ] || exit 1' --health-interval 1s drydock/busybox:1 sh -c 'touch /lit; exec sleep 1d'
docker update --memory 32m --memory-swap 32m bonfire
