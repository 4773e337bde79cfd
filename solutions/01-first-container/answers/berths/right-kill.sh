docker kill squatter
docker restart berths
