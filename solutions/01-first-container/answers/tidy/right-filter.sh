docker ps --all --quiet --filter name=night- | xargs docker rm
docker kill lantern
docker start day
