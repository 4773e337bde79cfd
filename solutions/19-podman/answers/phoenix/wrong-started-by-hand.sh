# expect: phoenix was restarted
docker exec harbour podman run --name phoenix drydock/busybox:1 sh -c 'sleep 1; exit 7'
docker exec harbour podman start --attach phoenix
docker exec harbour podman start --attach phoenix
true
