# expect: Container stock is on the network vault as db
docker network create --internal vault
docker network connect vault stock
docker network connect vault api
docker network disconnect shop stock
