printf 'FROM localhost:8181/flour:monday\n' | docker build -q -t localhost:8181/flour:good -
docker push -q localhost:8181/flour:good
