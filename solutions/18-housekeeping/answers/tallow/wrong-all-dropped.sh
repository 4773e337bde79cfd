# expect: CHOWN
docker run -d --name tallow --cap-drop ALL drydock/busybox:1 sleep 1d
