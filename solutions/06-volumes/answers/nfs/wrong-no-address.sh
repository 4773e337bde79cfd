# expect: Container far-reader could not be started
docker volume create --opt type=nfs --opt device=:/charts far
docker run --name far-reader -v far:/charts drydock/busybox:1 ls /charts
