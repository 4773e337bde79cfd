# expect: Volume tides-log is used by container
docker cp tides-6:/data/visits.log - | docker run --rm -i -v tides-log:/data drydock/busybox:1 tar -xf - -C /data
