# expect: monday
docker pull -q localhost:8181/flour:good
docker tag localhost:8181/flour:good localhost:8181/flour:monday
docker push -q localhost:8181/flour:monday
