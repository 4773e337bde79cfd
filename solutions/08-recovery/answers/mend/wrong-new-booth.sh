# expect: "Ada", "Ben", "Cleo"
docker rm north
docker create --name north -p 8801:8000 -e BOOTH_PIER=North booth:1
sed 's/"bicycle": 3/"bicycle": 4/' booth/fares.json > fares.json
docker cp fares.json north:/srv/booth/
docker start north
