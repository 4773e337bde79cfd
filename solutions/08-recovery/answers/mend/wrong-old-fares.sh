# expect: "bicycle": 4
docker cp booth/fares.json north:/srv/booth/
docker start north
