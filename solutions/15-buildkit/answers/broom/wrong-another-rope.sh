# expect: /old-hemp/bale
docker buildx prune -af
printf 'FROM drydock/busybox:1\nRUN echo "gilded rope" > /rope\n' | docker build -q -
