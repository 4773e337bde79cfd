# expect: harbour/lamp:1
echo '{"insecure-registries": ["lighter:5000"]}' | docker exec -i ship sh -c 'cat > /etc/docker/daemon.json'
docker exec ship service docker restart
docker exec ship ready
