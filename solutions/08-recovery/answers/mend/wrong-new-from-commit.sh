# expect: Container north was made from booth:1
docker commit north north:crashed
docker rm north
docker create --name north -p 8801:8000 north:crashed
sed 's/"bicycle": 3/"bicycle": 4/' booth/fares.json > fares.json
docker cp fares.json north:/srv/booth/
docker start north
