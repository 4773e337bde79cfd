# expect: tuesday
docker pull -q localhost:8181/flour:monday
docker tag localhost:8181/flour:monday flour:good
