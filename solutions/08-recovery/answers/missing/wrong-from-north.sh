# expect: as it is in booth:1
docker exec west sh -c 'echo "{\"adult\": 6, \"child\": 3, \"bicycle\": 4}" > fares.json'
