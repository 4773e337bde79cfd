# expect: seal
export PATH="$PWD/gangway:$PATH"
docker exec -i citadel docker exec -i sshd sh -c 'cat >>/etc/ssh/authorized_keys' <gangway/captain.pub
docker --config helm context create gangway --docker host=ssh://captain@localhost:8162
docker --config helm --context gangway run -d --name pinnace drydock/busybox:1 sleep 1d
