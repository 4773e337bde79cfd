# expect: CN=captain
new="docker exec notary openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365"
signed="-CA ca.pem -CAkey ca-key.pem -addext basicConstraints=critical,CA:FALSE"
$new -subj "/CN=Harbour authority" -keyout ca-key.pem -out ca.pem
$new -subj /CN=citadel $signed -addext subjectAltName=DNS:localhost,DNS:citadel -addext extendedKeyUsage=serverAuth -keyout server-key.pem -out server-cert.pem
$new -subj /CN=client $signed -addext extendedKeyUsage=clientAuth -keyout key.pem -out cert.pem
docker cp notary:/papers/. papers
