# expect: "bicycle": 3
docker exec west sh -c 'echo "{\"adult\": 6, \"child\": 3, \"bicycle\": 4}" > fares.json'
