# expect: Container tides-6 is running
docker cp tides-6:/data/visits.log visits.log
docker rm -f tides-6
docker run --rm -i -v tides-log:/data drydock/busybox:1 sh -c 'cat > /data/visits.log' < visits.log
docker run -d --name tides-6 -p 8066:8000 -v tides-log:/data tides:1.2
timeout 40 docker wait tides-6
