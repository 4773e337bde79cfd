# expect: speaks no TLS
openssl="docker run --rm -v harbour-ca:/ca -w /ca --entrypoint openssl drydock/host:1"
$openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=Harbour authority" -keyout ca.key -out ca.crt
$openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=turret" -keyout turret.key -out turret.crt \
    -CA ca.crt -CAkey ca.key -addext "subjectAltName=DNS:turret" -addext "basicConstraints=critical,CA:FALSE"
docker network create bay
docker run -d --name turret --network bay -p 8098:5000 -v harbour-ca:/ca:ro drydock/registry:2
