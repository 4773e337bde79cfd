# expect: localhost:8095/overseas/spice:1
docker run -d --name mirror --network sea -p 8095:5000 -e REGISTRY_PROXY_REMOTEURL=http://overseas:5000 drydock/registry:2
docker pull -q localhost:8094/overseas/spice:1
docker stop -t 1 overseas
