# expect: log=1
docker tag localhost:8168/loft/log:1 localhost:8168/loft/log:latest
docker push -q localhost:8168/loft/log:latest
