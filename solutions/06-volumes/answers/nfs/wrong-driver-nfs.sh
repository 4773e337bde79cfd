# expect: there is no volume far
docker volume create --driver nfs --opt o=addr=127.0.0.1 --opt device=:/charts far
docker run --name far-reader drydock/busybox:1 ls /charts
