docker run -d --name burst -m 32m --memory-swap 32m drydock/busybox:1 dd if=/dev/zero of=/dev/null bs=64M count=1
docker run -d --name shot drydock/busybox:1 sleep 1d
docker stop -t 0 shot
docker wait burst
