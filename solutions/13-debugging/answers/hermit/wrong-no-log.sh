# expect: one can write to /log
docker run -d --name hermit --cap-drop ALL --read-only drydock/busybox:1 sleep 1d
