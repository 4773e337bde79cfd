# expect: up{job="daemon"} is at least 1
docker run -d --name mast --network signals -p 8143:9090 -v "$PWD/mast:/etc/prometheus:ro" drydock/prometheus:2
