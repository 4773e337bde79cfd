# expect: MiB
docker run -d --name diarist --memory 32m --tmpfs /notes:size=11m drydock/busybox:1 sleep 1d
