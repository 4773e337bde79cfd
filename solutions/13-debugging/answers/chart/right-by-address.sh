docker tag chart:1 127.0.0.1:8088/roads/chart:monday
docker push -q 127.0.0.1:8088/roads/chart:monday
