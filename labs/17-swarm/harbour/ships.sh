# Three lightships, where they aren't there yet or lie stopped: Docker hosts on one network (lab 17).
docker network inspect strait >/dev/null 2>&1 || docker network create strait >/dev/null
for ship in vega mira spica; do
    docker start $ship >/dev/null 2>&1 ||
        docker run --privileged -d --name $ship --hostname $ship --network strait drydock/host \
            --insecure-registry hold:5000 >/dev/null
done
# The hold: a registry that all ships reach.
docker start hold >/dev/null 2>&1 ||
    docker run -d --name hold --network strait -p 8170:5000 drydock/registry:2 >/dev/null
put() { # NAME FOLDER [VERSION]
    timeout 40 sh -c 'until docker logs hold 2>&1 | grep -q "listening on"; do sleep 0.2; done'
    docker build -q --build-arg VERSION=$3 -t localhost:8170/$1 $2 >/dev/null
    for _ in $(seq 100); do docker push -q localhost:8170/$1 >/dev/null 2>&1 && return; sleep 0.1; done
    echo "hold does not take $1"
}
if ! docker exec hold test -d /var/lib/registry/docker/registry/v2/repositories/light/_manifests/tags/3; then
    put ferry:1 harbour/ferry 1
    for version in 1 2 3; do put light:$version harbour/light $version; done
fi
for ship in vega mira spica; do docker exec $ship ready; done
