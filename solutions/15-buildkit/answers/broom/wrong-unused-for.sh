# expect: /old-hemp
docker buildx prune -f --filter until=24h
