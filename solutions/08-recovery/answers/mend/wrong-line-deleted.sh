# expect: "child": 3
docker cp north:/srv/booth/fares.json broken.json
sed '/"child": 3$/d' broken.json > fares.json
docker cp fares.json north:/srv/booth/
docker start north
