# A health check each second writes more than a MiB in half a day.
docker exec tides-6 sh -c 'yes "\"GET /health HTTP/1.1\" 200 -" | head -n 40000 >> /data/visits.log'
docker cp tides-6:/data/visits.log - | docker run --rm -i -v tides-log:/data drydock/busybox:1 tar -xf - -C /data
docker rm -f tides-6
docker run -d --name tides-6 -p 8066:8000 -v tides-log:/data tides:1.2
