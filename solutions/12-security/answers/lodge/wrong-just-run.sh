# expect: userns-remap
docker exec lodge docker run -d --name guest --init -v /root:/x drydock/busybox:1 sleep 1d
