# expect: manifest unknown
docker tag chart:1 localhost:8097/roads/chart
docker push -q localhost:8097/roads/chart
