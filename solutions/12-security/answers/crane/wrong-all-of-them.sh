# expect: the one right that it needs
docker run -d --name crane --init crane:1
