# expect: Container tutor answers on port
docker run -d --name tutor -p 8070:8000 tutor:1
docker run --name memo drydock/busybox:1 echo "/bin/sh: curl: not found"
