mkdir -p backup
docker run --name archiver --mount source=guests,target=/book,readonly --mount type=bind,source="$PWD/backup",target=/backup \
    drydock/busybox:1 sh -c 'cd / && tar -c book > /backup/guests.tar'
