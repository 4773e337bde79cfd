docker cp tides-6:/data/visits.log .
docker rename tides-6 tides-6-old
docker stop -t 1 tides-6-old
docker create --name tides-6 -p 8066:8000 -v tides-log:/data tides:1.2
docker cp visits.log tides-6:/data/visits.log
docker run --rm -v tides-log:/data drydock/busybox:1 chown 10001 /data/visits.log
docker start tides-6
