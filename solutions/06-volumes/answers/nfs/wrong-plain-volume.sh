# expect: Volume far has the driver option type=nfs
docker volume create far
docker run --name far-reader -v far:/charts drydock/busybox:1 ls /charts
