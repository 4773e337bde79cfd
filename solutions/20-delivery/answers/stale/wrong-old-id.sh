# expect: edition
image=$(docker exec quayboard docker inspect --format '{{.Image}}' handbill)
docker exec quayboard docker rm -f handbill
docker exec quayboard docker run -d --name handbill -p 8208:80 -e QUAY=north --restart always $image
