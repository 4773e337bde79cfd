docker create --name note drydock/busybox:1 echo "Berth 4 is free"
docker start --attach note
