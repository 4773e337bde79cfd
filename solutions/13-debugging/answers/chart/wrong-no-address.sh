# expect: status 404
docker tag chart:1 roads/chart:monday
docker push -q roads/chart:monday
