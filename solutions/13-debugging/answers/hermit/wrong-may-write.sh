# expect: Read-only file system
docker run -d --name hermit --cap-drop ALL --tmpfs /log drydock/busybox:1 sleep 1d
