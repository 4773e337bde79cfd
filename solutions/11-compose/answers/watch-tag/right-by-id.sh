docker pull -q localhost:8206/pier/notice:old
id=$(docker image inspect --format '{{.Id}}' localhost:8206/pier/notice:old)
docker tag $id localhost:8206/pier/notice:today
docker push -q localhost:8206/pier/notice:today
