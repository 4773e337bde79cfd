# expect: created, never started
docker rm scrap
