# expect: manifest unknown
docker tag chart:1 localhost:8099/roads/chart
docker push -q localhost:8099/roads/chart
