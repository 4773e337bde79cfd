# expect: lighter:5000 among its insecure registries
docker tag drydock/busybox:1 localhost:8089/harbour/lamp:1
docker push -q localhost:8089/harbour/lamp:1
