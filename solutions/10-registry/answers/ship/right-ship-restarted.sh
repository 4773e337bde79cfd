echo '{"insecure-registries": ["lighter:5000"]}' > daemon.json
docker cp daemon.json ship:/etc/docker/daemon.json
docker restart -t 5 ship
docker exec ship ready
docker exec ship docker tag drydock/busybox:1 lighter:5000/harbour/lamp:1
docker exec ship docker push -q lighter:5000/harbour/lamp:1
