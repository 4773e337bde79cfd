# expect: flood at nine
docker tag drydock/busybox:1 almanac:kept
