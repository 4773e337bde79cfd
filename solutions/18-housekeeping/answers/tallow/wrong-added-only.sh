# expect: CHOWN
docker run -d --name tallow --cap-add CHOWN drydock/busybox:1 sleep 1d
