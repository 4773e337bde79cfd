# expect: /old-hemp
docker rmi dock-rope:1
docker image prune -f
