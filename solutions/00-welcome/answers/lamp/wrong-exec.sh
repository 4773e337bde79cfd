# expect: COLOUR=green
# A new variable for one command changes nothing about the container.
docker start lamp
docker exec --env COLOUR=red lamp env
