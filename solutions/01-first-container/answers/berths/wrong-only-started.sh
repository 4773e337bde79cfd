# expect: created
docker start berths
