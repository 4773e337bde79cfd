# expect: ustar
docker run --name archiver -v guests:/book:ro -v "$PWD/backup:/backup" drydock/busybox:1 cp /book/guests.txt /backup/guests.tar
