# expect: has the label version=2
for version in 1 2; do
    docker build -q -t localhost:8091/harbour/chart:$version goods
    docker push -q localhost:8091/harbour/chart:$version
done
docker tag localhost:8091/harbour/chart:1 localhost:8091/harbour/chart
docker push -q localhost:8091/harbour/chart
