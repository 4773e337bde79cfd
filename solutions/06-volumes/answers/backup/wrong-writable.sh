# expect: the volume guests -> /book, read-only
docker run --name archiver -v guests:/book -v "$PWD/backup:/backup" drydock/busybox:1 tar -cf /backup/guests.tar -C /book .
