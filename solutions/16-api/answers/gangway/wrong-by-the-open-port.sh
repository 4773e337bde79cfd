# expect: which leads to ssh://captain@localhost:8162
export PATH="$PWD/gangway:$PATH"
docker exec -i citadel docker exec -i sshd sh -c 'cat >>/etc/ssh/authorized_keys' <gangway/captain.pub
ssh -p 8162 captain@localhost true </dev/null
docker --config helm context create gangway --docker host=tcp://localhost:8163
docker --config helm --context gangway run -d --name pinnace --label seal=$VALUE_API_PINNACE drydock/busybox:1 sleep 1d
