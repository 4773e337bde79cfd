docker exec quayboard docker pull -q store.local:5000/handbill:today
docker exec quayboard docker stop -t 1 handbill
docker exec quayboard docker rename handbill handbill-old
docker exec quayboard docker create --name handbill --restart always --env QUAY=north --publish 8208:80 store.local:5000/handbill:today
docker exec quayboard docker rm handbill-old
docker exec quayboard docker start handbill
