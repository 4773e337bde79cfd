docker volume create --driver local --opt type=nfs --opt o=addr=127.0.0.1,rw,soft --opt device=:/charts far
docker create --name far-reader --mount source=far,target=/charts drydock/busybox:1 ls /charts
docker start far-reader
