mkdir -p backup
docker run --name archiver --workdir /book -v guests:/book:ro -v "$PWD/backup":/backup drydock/busybox:1 tar -c -f /backup/guests.tar guests.txt
