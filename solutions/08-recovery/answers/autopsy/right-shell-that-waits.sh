docker commit north north:crashed
docker run -d -i -t --name autopsy --entrypoint sh north:crashed
docker cp booth/fares.json autopsy:/srv/booth/fares.json
docker exec -u root autopsy sed -i 's/"bicycle": 3/"bicycle": 4/' fares.json
