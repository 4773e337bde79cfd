# expect: The logbook that tides-6 writes
# As after a check that came too early: the old book has a visit by the check in it.
docker exec tides-6 wget -q -O /dev/null http://localhost:8000/visit/0
docker cp tides-6:/data/visits.log - | docker run --rm -i -v tides-log:/data drydock/busybox:1 tar -xf - -C /data
docker rm -f tides-6
docker run -d --name tides-6 -p 8066:8000 -v tides-log:/logbook tides:1.2
