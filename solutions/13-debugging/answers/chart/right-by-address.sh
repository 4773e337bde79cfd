docker tag chart:1 127.0.0.1:8099/roads/chart:monday
docker push -q 127.0.0.1:8099/roads/chart:monday
