# expect: start number 2
docker start tides
docker wait tides
