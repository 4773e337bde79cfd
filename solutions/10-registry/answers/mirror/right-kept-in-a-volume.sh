docker run -d --name mirror --network sea -v mirror-goods:/var/lib/registry -p 8095:5000 -e REGISTRY_PROXY_REMOTEURL=http://overseas:5000 drydock/registry:2
sh depot/ready 8095
docker pull -q localhost:8095/overseas/spice:1
docker kill overseas
