# expect: can't reach 127.0.0.1:2375
docker exec citadel mkdir -p /etc/docker/papers
for paper in ca server-cert server-key; do docker cp papers/$paper.pem citadel:/etc/docker/papers/; done
docker exec -i citadel sh -c 'cat > /etc/docker/daemon.json' <<'END'
{
  "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376", "tcp://127.0.0.1:2375"],
  "tlsverify": true,
  "tlscacert": "/etc/docker/papers/ca.pem",
  "tlscert": "/etc/docker/papers/server-cert.pem",
  "tlskey": "/etc/docker/papers/server-key.pem"
}
END
docker exec citadel service docker restart && docker exec citadel ready
docker --config helm context create citadel --docker host=tcp://localhost:8164,ca=papers/ca.pem,cert=papers/cert.pem,key=papers/key.pem
