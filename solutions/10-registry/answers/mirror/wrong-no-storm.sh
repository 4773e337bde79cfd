# expect: Container overseas is stopped
docker run -d --name mirror --network sea -p 8095:5000 -e REGISTRY_PROXY_REMOTEURL=http://overseas:5000 drydock/registry:2
for _ in $(seq 400); do docker pull -q localhost:8095/overseas/spice:1 && break; sleep 0.1; done
