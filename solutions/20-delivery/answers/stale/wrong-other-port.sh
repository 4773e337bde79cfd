# expect: 8208
docker exec quayboard docker rm -f handbill
docker exec quayboard docker run -d --name handbill -p 8088:80 -e QUAY=north --restart always store.local:5000/handbill:today
