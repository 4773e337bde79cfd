# expect: sleep
docker run -d --name observer --network container:web drydock/busybox:1 sleep 1d
