# expect: The logbook that tides-6 writes
docker cp tides-6:/data/visits.log - | docker run --rm -i -v tides-log:/data drydock/busybox:1 tar -xf - -C /data
docker rm -f tides-6
docker run -d --name tides-6 -p 8066:8000 -v tides-log:/logbook tides:1.2
