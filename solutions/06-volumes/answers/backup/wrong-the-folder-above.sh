# expect: backup of the lab's folder
docker run --name archiver -v guests:/book:ro -v "$PWD:/backup" drydock/busybox:1 tar -cf /backup/guests.tar -C /book .
