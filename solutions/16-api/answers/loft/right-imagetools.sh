docker buildx imagetools create -t localhost:8168/loft/log:now localhost:8168/loft/log:1
