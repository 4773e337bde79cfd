# expect: refused at /notes
docker run -d --name diarist --memory 32m --tmpfs /notes:size=16m drydock/busybox:1 sleep 1d
