export PATH="$PWD/gangway:$PATH"
docker --config helm context create gangway --docker host=ssh://app@localhost:8162
for _ in 1 2 3 4 5; do ssh -p 8162 captain@localhost true </dev/null; done
cat gangway/captain.pub | docker exec -i citadel docker exec -i sshd sh -c 'cat >/etc/ssh/authorized_keys'
docker --config helm context update gangway --docker host=ssh://captain@localhost:8162
docker --config helm --context gangway create --name pinnace --label seal=$VALUE_API_PINNACE drydock/busybox:1 sleep 1d
docker --config helm --context gangway start pinnace
