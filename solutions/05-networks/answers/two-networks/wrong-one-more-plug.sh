# expect: on the network vault and on no others
docker network create --internal vault
docker network connect --alias db vault stock
docker network connect vault api
docker network disconnect shop stock
docker network connect bridge stock
