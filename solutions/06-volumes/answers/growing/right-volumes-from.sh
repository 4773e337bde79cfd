docker stop tides-6
docker run --rm --volumes-from tides-6 -v tides-log:/new drydock/busybox:1 cp -a /data/. /new
docker rm -v tides-6
docker run -d --name tides-6 -p 8066:8000 --mount type=volume,source=tides-log,target=/log -e TIDES_LOGBOOK=/log/visits.log tides:1.2
