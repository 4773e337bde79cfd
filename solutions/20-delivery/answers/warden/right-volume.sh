docker run -d --name warden --cap-drop ALL --read-only -v warden-tmp:/tmp drydock/busybox:1 sleep 1d
