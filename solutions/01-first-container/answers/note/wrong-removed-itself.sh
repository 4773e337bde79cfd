# expect: there is no container named note
docker run --rm --name note drydock/busybox:1 echo "Berth 4 is free"
