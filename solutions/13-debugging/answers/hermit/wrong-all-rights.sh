# expect: capabilit
docker run -d --name hermit --read-only --tmpfs /log drydock/busybox:1 sleep 1d
