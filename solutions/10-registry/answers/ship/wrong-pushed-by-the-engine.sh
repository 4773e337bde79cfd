# expect: The ship itself has pushed it
echo '{"insecure-registries": ["lighter:5000"]}' | docker exec -i ship sh -c 'cat > /etc/docker/daemon.json'
docker exec ship service docker restart
docker exec ship ready
docker tag drydock/busybox:1 localhost:8089/harbour/lamp:1
docker push -q localhost:8089/harbour/lamp:1
