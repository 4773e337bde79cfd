# expect: /var/waves-
docker run --name buoy-full drydock/busybox:1 true
