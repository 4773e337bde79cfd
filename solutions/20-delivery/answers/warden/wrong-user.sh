# expect: capabilities
docker run -d --name warden --user 1000 --read-only --tmpfs /tmp drydock/busybox:1 sleep 1d
