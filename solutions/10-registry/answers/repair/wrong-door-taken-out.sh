# expect: refuses who gives no password
docker rm -f store
docker run -d --name store -p 8096:5000 -v store-goods:/var/lib/registry drydock/registry:2
for tag in 2 stable; do
    docker tag fleet:2 localhost:8096/harbour/fleet:$tag
    for _ in $(seq 400); do docker push -q localhost:8096/harbour/fleet:$tag && break; sleep 0.1; done
done
