# expect: status 404
for version in 1 2; do
    docker build -q -t localhost:8091/harbour/chart:$version --build-arg VERSION=$version goods
    docker push -q localhost:8091/harbour/chart:$version
done
