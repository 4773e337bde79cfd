# expect: start number 1
docker rm tides
docker run --name tides drydock/busybox:1 sh -c 'echo "start number 3"; exit 3'
