#!/bin/bash
# Hosts inside a lab, as a student would bring them up. Names begin with hk-. $1: this folder.
set -e
here=$1
docker run --privileged -d --name hk-one --hostname hk-one drydock/host >/dev/null
# Its settings come by `docker cp`, its certificates by a mount.
docker create --privileged --name hk-set -v "$here/tls:/etc/docker/tls:ro" drydock/host >/dev/null
settings=$(mktemp -d)
cat >"$settings/daemon.json" <<JSON
{"log-driver": "local", "log-opts": {"max-size": "10m"}, "live-restore": true, "userns-remap": "default",
 "insecure-registries": ["registry:5000", "10.9.0.0/16"], "registry-mirrors": ["http://mirror:5000"],
 "labels": ["zone=north"], "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376", "tcp://0.0.0.0:2375"],
 "tlsverify": true, "tlscacert": "/etc/docker/tls/ca.crt", "tlscert": "/etc/docker/tls/server.crt",
 "tlskey": "/etc/docker/tls/server.key"}
JSON
docker cp -q "$settings/daemon.json" hk-set:/etc/docker/daemon.json
rm -r "$settings"
docker start hk-set >/dev/null
docker run --privileged -d --name hk-open -v "$here/tls:/etc/docker/tls:ro" drydock/host -H unix:///var/run/docker.sock \
  -H unix:///run/second.sock -H tcp://0.0.0.0:2376 --tlsverify=false --tlscacert /etc/docker/tls/ca.crt --tlscert /etc/docker/tls/server.crt \
  --tlskey /etc/docker/tls/server.key >/dev/null
docker run --privileged -d --name hk-dead drydock/host --no-such-option >/dev/null
docker run --privileged -d --name hk-empty --entrypoint sleep drydock/host 1000 >/dev/null
# What listens there is no daemon: it says what one likes.
docker run -d --name hk-fake --entrypoint python3 drydock/host -c '
import socket
fake = socket.socket(socket.AF_UNIX)
fake.bind("/run/docker.sock")
fake.listen()
while True:
    visitor = fake.accept()[0]
    try:
        visitor.recv(9999)
        visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nApi-Version: 1.45\r\n\r\n{}")
        visitor.close()
    except OSError:
        pass' >/dev/null
# A name that leads to another host's daemon.
one=$(docker inspect -f '{{.State.Pid}}' hk-one)
docker run --privileged -d --pid host --name hk-thief --entrypoint sh drydock/host -c \
  "ln -s /proc/$one/root/run/docker.sock /run/docker.sock; exec sleep 1000" >/dev/null
for host in hk-one hk-set hk-open; do docker exec $host ready; done
docker exec hk-one sh -ec '
docker run -d --name web -p 8080:80 drydock/nginx:1
docker run --name done drydock/busybox:1 sh -c "echo bye; exit 3" || true
docker volume create data
docker network create --label team=blue front
docker tag drydock/busybox:1 own:1' >/dev/null
