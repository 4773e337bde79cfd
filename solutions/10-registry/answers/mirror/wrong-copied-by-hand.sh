# expect: takes no pushes
docker run -d --name mirror --network sea -p 8095:5000 drydock/registry:2
docker pull -q localhost:8094/overseas/spice:1
docker tag localhost:8094/overseas/spice:1 localhost:8095/overseas/spice:1
for _ in $(seq 400); do docker push -q localhost:8095/overseas/spice:1 && break; sleep 0.1; done
docker stop -t 1 overseas
