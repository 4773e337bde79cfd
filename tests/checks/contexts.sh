#!/bin/bash
# Two hosts that listen at ports, one with TLS, and contexts that lead to them and elsewhere. $1: a folder for these.
set -e
cd "$1"
mkdir papers
docker run --privileged -d --name hk-door -p 21376:2376 --entrypoint sh drydock/host -c '
mkdir -p /papers/stranger && cd /papers
new="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
signed="-CA ca.pem -CAkey ca-key.pem -addext basicConstraints=critical,CA:FALSE"
for place in . stranger; do
    cd /papers/$place
    $new -subj /CN=authority -keyout ca-key.pem -out ca.pem
    $new -subj /CN=ada $signed -addext extendedKeyUsage=clientAuth -keyout key.pem -out cert.pem
done
cd /papers
$new -subj /CN=door $signed -addext subjectAltName=DNS:localhost -addext extendedKeyUsage=serverAuth \
    -keyout server-key.pem -out server-cert.pem
exec docker-init -- host -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2376 --tlsverify --tlscacert ca.pem \
    --tlscert server-cert.pem --tlskey server-key.pem' >/dev/null
docker run --privileged -d --name hk-plain -p 21375:2375 drydock/host --tls=false -H unix:///var/run/docker.sock \
    -H tcp://0.0.0.0:2375 >/dev/null
docker exec hk-door ready
docker exec hk-plain ready
docker cp hk-door:/papers/. papers >/dev/null 2>&1
context() { docker --config ways context create "$1" --docker "host=$2" >/dev/null 2>&1; }
door=tcp://localhost:21376
own=cert=papers/cert.pem,key=papers/key.pem
context good "$door,ca=papers/ca.pem,$own"
context plain tcp://localhost:21375
context bare "$door,ca=papers/ca.pem"
context stranger "$door,ca=papers/ca.pem,cert=papers/stranger/cert.pem,key=papers/stranger/key.pem"
context as-server "$door,ca=papers/ca.pem,cert=papers/server-cert.pem,key=papers/server-key.pem"
context other-ca "$door,ca=papers/stranger/ca.pem,$own"
context other-name "tcp://127.0.0.1:21376,ca=papers/ca.pem,$own"
context unverified "$door,skip-tls-verify=true,$own"
context no-tls "$door"
context closed "tcp://localhost:21377,ca=papers/ca.pem,$own"
context socket unix:///var/run/docker.sock
context by-ssh ssh://ada@door
context broken "$door"
broken=$(printf broken | sha256sum | cut -d ' ' -f 1)
echo '["no table"]' >"ways/contexts/meta/$broken/meta.json"
echo "The door is open."
