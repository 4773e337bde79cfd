# expect: ca-key.pem
docker exec citadel mkdir -p /etc/docker/papers
docker cp papers/. citadel:/etc/docker/papers/
docker exec -i citadel sh -c 'cat > /etc/docker/daemon.json' <<'END'
{
  "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376"],
  "tlsverify": true,
  "tlscacert": "/etc/docker/papers/ca.pem",
  "tlscert": "/etc/docker/papers/server-cert.pem",
  "tlskey": "/etc/docker/papers/server-key.pem"
}
END
docker exec citadel service docker restart && docker exec citadel ready
docker --config helm context create citadel --docker host=tcp://localhost:8164,ca=papers/ca.pem,cert=papers/cert.pem,key=papers/key.pem
