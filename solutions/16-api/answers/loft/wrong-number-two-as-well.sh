# expect: log=2
docker tag localhost:8168/loft/log:1 localhost:8168/loft/log:now
docker push -q localhost:8168/loft/log:now
docker tag localhost:8168/loft/log:1 localhost:8168/loft/log:2
docker push -q localhost:8168/loft/log:2
