# expect: is the image
printf 'FROM drydock/busybox:1\nLABEL log=1 again=yes\n' | docker build -q -t localhost:8168/loft/log:now -
docker push -q localhost:8168/loft/log:now
