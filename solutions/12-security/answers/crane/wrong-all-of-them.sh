# expect: exactly the capabilities
docker run -d --name crane --init crane:1
