# expect: "child": 3
docker commit north north:crashed
docker run -d --name autopsy north:crashed sleep 1d
docker exec autopsy sed -i '/"child": 3$/d' fares.json
docker exec autopsy python3 -m json.tool fares.json
