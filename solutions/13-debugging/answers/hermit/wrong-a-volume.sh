# expect: tmpfs
docker run -d --name hermit --cap-drop ALL --read-only -v hermit-log:/log drydock/busybox:1 sleep 1d
