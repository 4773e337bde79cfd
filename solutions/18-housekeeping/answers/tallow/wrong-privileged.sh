# expect: CHOWN
docker run -d --name tallow --privileged --cap-drop ALL --cap-add CHOWN drydock/busybox:1 sleep 1d
