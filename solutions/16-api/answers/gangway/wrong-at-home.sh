# expect: Container pinnace
export PATH="$PWD/gangway:$PATH"
docker exec -i citadel docker exec -i sshd sh -c 'cat >>/etc/ssh/authorized_keys' <gangway/captain.pub
docker --config helm context create gangway --docker host=ssh://captain@localhost:8162
docker --config helm context use gangway
docker --config helm --context gangway info
docker --config helm run -d --name pinnace --label seal=$VALUE_API_PINNACE drydock/busybox:1 sleep 1d
