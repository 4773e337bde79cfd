# expect: on the network vault and on no others
docker network create --internal vault
docker network connect --alias db vault stock
docker network connect vault api
