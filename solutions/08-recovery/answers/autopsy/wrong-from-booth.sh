# expect: Container autopsy was made from north:crashed
docker commit north north:crashed
docker run -d --name autopsy booth:1 sleep 1d
docker exec autopsy sed -i 's/"bicycle": 3/"bicycle": 4/' fares.json
