# expect: Volume ferry has at /guests.txt a file
for volume in nested ferry; do
    docker run --rm -i -v $volume:/data drydock/busybox:1 tar -xf - -C /data < ferry.tar
done
