# expect: capabilities
docker run -d --name warden --cap-drop ALL --cap-add CHOWN --read-only --tmpfs /tmp drydock/busybox:1 sleep 1d
