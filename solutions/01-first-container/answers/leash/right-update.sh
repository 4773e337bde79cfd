docker run -d --name leash drydock/busybox:1 sleep 1d
docker update --memory 64m --memory-swap 128m --cpus 0.5 leash
