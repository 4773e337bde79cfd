# expect: /cargo
box="--cpus 0.1 --memory 16m --pids-limit 10"
docker run -d --name loose --network narrow drydock/busybox:1 echo "524288 bytes in 1.00 s"
docker run -d --name tight $box --network narrow drydock/busybox:1 echo "524288 bytes in 1.00 s"
docker wait loose tight
