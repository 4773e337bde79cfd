#!/bin/bash
# A short past, made as a student would make it, on a daemon that has no other. Names begin with ck-.
set -e
docker run --name ck-gone drydock/busybox:1 true
docker rm ck-gone >/dev/null
docker tag drydock/busybox:1 ck/gone:1
docker rmi ck/gone:1 >/dev/null
docker network create ck-gone-net >/dev/null
docker network rm ck-gone-net >/dev/null
docker volume create ck-gone-vol >/dev/null
docker volume rm ck-gone-vol >/dev/null
docker run --rm --label com.docker.compose.project=ck-gone-shop drydock/busybox:1 true
docker run --name ck-done drydock/busybox:1 sh -c 'exit 3' || true
docker run -d --name ck-crash --restart on-failure:2 drydock/busybox:1 false >/dev/null
docker run -d --name ck-live drydock/busybox:1 sleep 1d >/dev/null
docker run -d --name ck-peer drydock/busybox:1 sleep 1d >/dev/null
docker exec ck-peer true
docker run -d --name ck-forger --label command='sh /hail.sh' drydock/busybox:1 sleep 1d >/dev/null
docker exec ck-forger echo sh /hail.sh
docker network create ck-front >/dev/null
docker volume create ck-data >/dev/null
timeout 300 sh -c 'until [ "$(docker inspect -f "{{.RestartCount}} {{.State.Status}}" ck-crash)" = "2 exited" ]; do sleep 0.1; done'
