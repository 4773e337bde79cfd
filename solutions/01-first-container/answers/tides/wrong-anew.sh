# expect: start number 1
for n in 1 2; do
    docker rm tides
    docker run --name tides drydock/busybox:1 sh -c 'echo start >> /starts; echo "start number $(wc -l < /starts)"; exit 3'
done
