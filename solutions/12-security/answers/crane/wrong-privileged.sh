# expect: exactly the capabilities
docker run -d --name crane --init --privileged crane:1
