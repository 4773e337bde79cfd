# expect: status 404
docker tag chart:1 localhost:8099/roads/chart:monday
