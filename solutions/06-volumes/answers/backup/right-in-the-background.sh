mkdir -p backup
docker run -d --name archiver -v guests:/book:ro -v "$PWD/backup:/backup" \
    drydock/busybox:1 sh -c 'sleep 1; tar -cf /backup/guests.tar -C /book .'
