# expect: Volume ferry has the file /guests.txt
for volume in nested ferry; do
    docker run --rm -i -v $volume:/data drydock/busybox:1 tar -xf - -C /data < ferry.tar
done
