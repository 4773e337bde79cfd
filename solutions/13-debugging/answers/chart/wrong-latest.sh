# expect: manifest unknown
docker tag chart:1 localhost:8088/roads/chart
docker push -q localhost:8088/roads/chart
