# expect: Accepted publickey for captain
export PATH="$PWD/gangway:$PATH"
docker exec -i citadel docker exec -i sshd sh -c 'cat >>/etc/ssh/authorized_keys' <gangway/captain.pub
docker --config helm context create gangway --docker host=ssh://app@localhost:8162
docker --config helm --context gangway run -d --name pinnace --label seal=$VALUE_API_PINNACE drydock/busybox:1 sleep 1d
