# expect: /old-hemp/bale
docker rmi dock-rope:1
docker buildx prune -af
