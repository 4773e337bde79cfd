# expect: door /etc: shut
docker run --name round drydock/busybox:1 echo "round done"
