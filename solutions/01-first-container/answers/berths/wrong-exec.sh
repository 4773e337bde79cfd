# expect: created, never started
docker start berths
docker exec berths ls
