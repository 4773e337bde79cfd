echo '{"insecure-registries": ["lighter:5000"]}' | docker exec -i ship sh -c 'cat > /etc/docker/daemon.json'
docker exec ship sh -c 'kill -HUP $(pidof dockerd)'
timeout 40 sh -c 'until docker exec ship docker info 2>/dev/null | grep -q lighter; do sleep 0.2; done'
docker exec ship docker tag drydock/busybox:1 lighter:5000/harbour/lamp:1
docker exec ship docker push -q lighter:5000/harbour/lamp:1
