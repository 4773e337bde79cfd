# expect: exited with code 1
docker run --name note drydock/busybox:1 sh -c 'echo "Berth 4 is free"; false'
