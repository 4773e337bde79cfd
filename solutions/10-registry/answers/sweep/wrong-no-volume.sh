# expect: depot-goods
docker rm -f depot
docker run -d --name depot -p 8091:5000 --restart unless-stopped drydock/registry:2
sleep 0.5
for image in tide:1 chart:1 chart:2; do
    docker push -q localhost:8091/harbour/$image
done
