# expect: there is no volume slips
docker run -d --name desk --tmpfs /slips:size=1m drydock/busybox:1 sleep 1d
