# expect: restart policy
docker exec quayboard docker rm -f handbill
docker exec quayboard docker run -d --name handbill -p 8208:80 -e QUAY=north store.local:5000/handbill:today
