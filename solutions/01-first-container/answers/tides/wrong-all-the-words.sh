# expect: made at first
docker rm tides
docker run --name tides drydock/busybox:1 sh -c 'for n in 1 2 3; do echo "start number $n"; done'
