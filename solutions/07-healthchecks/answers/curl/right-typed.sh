docker create --name tutor -p 8070:8000 tutor:1
docker start tutor
docker run --name memo drydock/busybox:1 sh -c 'echo "/bin/sh: curl: not found"'
