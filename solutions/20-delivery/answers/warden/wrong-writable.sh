# expect: Its root can write in /tmp
docker run -d --name warden --cap-drop ALL drydock/busybox:1 sleep 1d
