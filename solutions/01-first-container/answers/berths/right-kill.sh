docker kill $(docker ps --quiet --filter publish=8085)
docker restart berths
