# expect: the one right that it needs
docker run -d --name crane --init --privileged crane:1
