# expect: Container stock is not on the network shop
docker network create --internal vault
docker network connect --alias db vault stock
docker network connect vault api
