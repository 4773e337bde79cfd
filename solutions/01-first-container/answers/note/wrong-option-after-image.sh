# expect: there is no container named note
docker run drydock/busybox:1 --name note echo "Berth 4 is free"
