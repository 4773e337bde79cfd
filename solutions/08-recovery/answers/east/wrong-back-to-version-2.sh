# expect: "version": 3
mkdir -p east
docker cp east:/srv/booth east/
test -s east/booth/fares.json || mv east/booth/fares.json.new east/booth/fares.json
sed -i 's/"child": 3$/"child": 3,/' east/booth/fares.json
chmod 644 east/booth/*
docker run --rm --volumes-from east drydock/busybox:1 sh -c 'chown 33 /data/tickets.txt; chmod 644 /data/tickets.txt'

docker cp booth/booth.py east:/srv/booth/
docker cp east/booth/fares.json east:/srv/booth/
docker start east
