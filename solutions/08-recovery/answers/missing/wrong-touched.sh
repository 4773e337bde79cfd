# expect: "bicycle": 3
docker exec west touch fares.json
