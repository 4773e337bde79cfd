# expect: log=1
docker tag localhost:8168/loft/log:1 localhost:8168/loft/log:now
