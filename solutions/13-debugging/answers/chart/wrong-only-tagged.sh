# expect: status 404
docker tag chart:1 localhost:8088/roads/chart:monday
