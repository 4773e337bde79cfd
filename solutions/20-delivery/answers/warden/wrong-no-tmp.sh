# expect: Its root can write in /tmp
docker run -d --name warden --cap-drop ALL --read-only drydock/busybox:1 sleep 1d
