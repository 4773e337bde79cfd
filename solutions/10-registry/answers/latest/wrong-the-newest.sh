# expect: has the same digest as harbour/chart:1
for version in 1 2; do
    docker build -q -t localhost:8091/harbour/chart:$version --build-arg VERSION=$version goods
    docker push -q localhost:8091/harbour/chart:$version
done
docker tag localhost:8091/harbour/chart:2 localhost:8091/harbour/chart
docker push -q localhost:8091/harbour/chart
