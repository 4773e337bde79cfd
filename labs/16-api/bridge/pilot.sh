# The pilots' host and their way to it, as they were left (lab 16, the last section). Reading it is no crime, but the
# messages tell as much.
docker rm -fv pilot chancery >/dev/null 2>&1
docker volume rm pilot-papers >/dev/null 2>&1
rm -rf watchroom
docker run -d --name chancery -v pilot-papers:/papers -w /papers --entrypoint sleep drydock/host:1 1d >/dev/null
docker exec -i chancery sh -s "$VALUE_API_FAULT" 2>/dev/null <<'END'
new="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
leaf="-CA ca.pem -CAkey ca-key.pem -addext basicConstraints=critical,CA:FALSE"
$new -days 365 -subj "/CN=Pilots' authority" -keyout ca-key.pem -out ca.pem
$new -days 365 -subj /CN=pilot $leaf -addext subjectAltName=DNS:pilot -addext extendedKeyUsage=serverAuth \
    -keyout server-key.pem -out server-cert.pem
for_clients="-subj /CN=watch -addext extendedKeyUsage=clientAuth -keyout key.pem -out cert.pem"
case $1 in
    expired) $new -not_before 20240101000000Z -not_after 20250101000000Z $leaf $for_clients ;;
    server) $new -days 365 $leaf -subj /CN=watch -addext extendedKeyUsage=serverAuth -keyout key.pem -out cert.pem ;;
    stranger)
        mkdir /tmp/other && cd /tmp/other
        $new -days 365 -subj "/CN=Pilots' authority" -keyout ca-key.pem -out ca.pem
        $new -days 365 $leaf $for_clients
        cp cert.pem key.pem /papers/
        ;;
esac
END
mkdir -p watchroom/papers
docker cp chancery:/papers/. watchroom/papers/ >/dev/null 2>&1
cat >watchroom/daemon.json <<'END'
{
  "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376"],
  "tlsverify": true,
  "tlscacert": "/etc/docker/papers/ca.pem",
  "tlscert": "/etc/docker/papers/server-cert.pem",
  "tlskey": "/etc/docker/papers/server-key.pem"
}
END
docker create --privileged --name pilot --hostname pilot -p 8166:2376 drydock/host:1 >/dev/null
mkdir watchroom/carried
cp watchroom/papers/ca.pem watchroom/papers/server-cert.pem watchroom/papers/server-key.pem watchroom/carried/
docker cp watchroom/carried pilot:/etc/docker/papers >/dev/null 2>&1
docker cp watchroom/daemon.json pilot:/etc/docker/daemon.json >/dev/null 2>&1
rm -r watchroom/carried
docker start pilot >/dev/null
docker exec pilot ready
docker --config watchroom context create pilot \
    --docker host=tcp://localhost:8167,ca=watchroom/papers/ca.pem,cert=watchroom/papers/cert.pem,key=watchroom/papers/key.pem \
    >/dev/null 2>&1
docker --config watchroom context create mate --docker host=tcp://pilot:2376,ca=watchroom/papers/ca.pem >/dev/null 2>&1
chmod -R a+rwX watchroom
