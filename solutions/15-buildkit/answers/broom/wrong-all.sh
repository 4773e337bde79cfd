# expect: gilded rope
docker rmi dock-rope:1
docker buildx prune -af
