export PATH="$PWD/gangway:$PATH"
docker exec citadel docker exec sshd mkdir -p /home/captain/.ssh
docker exec -i citadel docker exec -i sshd sh -c 'cat >/home/captain/.ssh/authorized_keys' <gangway/captain.pub
docker --config helm context create gangway --docker host=ssh://captain@localhost:8162
docker --config helm context use gangway
env -u DOCKER_HOST docker --config helm run -d --name pinnace --label seal=$VALUE_API_PINNACE drydock/busybox:1 sleep 1d
docker --config helm context use default
