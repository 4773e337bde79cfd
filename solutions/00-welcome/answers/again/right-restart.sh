docker restart hello
docker wait hello
