# expect: there is no container named far-reader
docker volume create --driver local --opt type=nfs --opt o=addr=127.0.0.1 --opt device=:/charts far
