# expect: Container handbill answers on port
docker exec quayboard docker pull -q store.local:5000/handbill:today
docker exec quayboard docker restart -t 1 handbill
