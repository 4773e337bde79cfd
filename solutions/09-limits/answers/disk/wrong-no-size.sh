# expect: refused at /notes
docker run -d --name diarist --memory 32m --memory-swap 32m --tmpfs /notes drydock/busybox:1 sleep 1d
