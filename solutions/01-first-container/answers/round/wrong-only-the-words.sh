# expect: keeps its input open
docker run --name round drydock/busybox:1 echo "round done"
