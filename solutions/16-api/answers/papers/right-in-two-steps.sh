docker exec -i notary sh <<'END'
openssl genrsa -out ca-key.pem 2048
openssl req -new -x509 -days 100 -key ca-key.pem -sha256 -subj "/CN=Harbour" -out ca.pem
openssl genrsa -out server-key.pem 2048
openssl req -subj /CN=citadel -new -key server-key.pem -out server.csr
printf 'subjectAltName = DNS:citadel,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage = serverAuth\nbasicConstraints = CA:FALSE\n' >server.cnf
openssl x509 -req -days 100 -in server.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out server-cert.pem -extfile server.cnf
openssl genrsa -out key.pem 2048
openssl req -subj /CN=captain -new -key key.pem -out client.csr
printf 'extendedKeyUsage = clientAuth\n' >client.cnf
openssl x509 -req -days 100 -in client.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out cert.pem -extfile client.cnf
END
docker cp notary:/papers papers
