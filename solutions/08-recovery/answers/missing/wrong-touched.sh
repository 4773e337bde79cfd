# expect: as it is in booth:1
docker exec west touch fares.json
