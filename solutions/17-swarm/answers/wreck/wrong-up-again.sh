# expect: Container spica has exited
docker kill spica
docker start spica
docker exec spica ready
