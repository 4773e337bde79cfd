# expect: /etc/docker/papers/cert.pem
docker exec citadel mkdir -p /etc/docker/papers
for paper in ca.pem cert.pem server-cert.pem server-key.pem; do docker cp papers/$paper citadel:/etc/docker/papers/; done
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
docker --config helm context create citadel \
    --docker host=tcp://localhost:8164,ca=papers/ca.pem,cert=papers/cert.pem,key=papers/key.pem
docker --config helm --context citadel ps --all
