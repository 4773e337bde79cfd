# expect: status 404
docker tag chart:1 localhost:8097/roads/chart:monday
