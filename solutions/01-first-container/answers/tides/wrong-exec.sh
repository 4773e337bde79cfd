# expect: start number 1
docker exec tides ls /
docker exec tides ls /
