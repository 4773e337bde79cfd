# expect: has the command
docker run -d --name tallow --cap-drop ALL --cap-add CHOWN drydock/busybox:1 sleep 2d
