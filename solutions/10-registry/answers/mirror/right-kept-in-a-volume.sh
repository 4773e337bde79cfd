docker run -d --name mirror --network sea -v mirror-goods:/var/lib/registry -p 8095:5000 -e REGISTRY_PROXY_REMOTEURL=http://overseas:5000 drydock/registry:2
sh depot/ready 8095
docker pull -q localhost:8095/overseas/spice:1
for _ in $(seq 100); do
    docker exec mirror ls /var/lib/registry/docker/registry/v2/repositories/overseas/spice/_layers/sha256 2>/dev/null |
        wc -l | grep -q 2 && break
    sleep 0.2
done
docker kill overseas
