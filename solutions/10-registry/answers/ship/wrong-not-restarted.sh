# expect: lighter:5000 among its insecure registries
echo '{"insecure-registries": ["lighter:5000"]}' | docker exec -i ship sh -c 'cat > /etc/docker/daemon.json'
docker exec ship docker tag drydock/busybox:1 lighter:5000/harbour/lamp:1
docker exec ship docker push -q lighter:5000/harbour/lamp:1
