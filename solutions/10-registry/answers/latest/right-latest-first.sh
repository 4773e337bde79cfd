docker build -q -t localhost:8091/harbour/chart --build-arg VERSION=1 goods
docker push -q localhost:8091/harbour/chart:latest
docker tag localhost:8091/harbour/chart:latest localhost:8091/harbour/chart:1
docker push -q localhost:8091/harbour/chart:1
docker build -q -t localhost:8091/harbour/chart:2 --build-arg VERSION=2 goods
docker push -q localhost:8091/harbour/chart:2
