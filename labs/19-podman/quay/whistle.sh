# The whistle, ended by the signal of your copy (lab 19).
docker rm -f whistle >/dev/null 2>&1
docker run -d --init --name whistle drydock/busybox:1 sleep 1d >/dev/null
timeout 40 docker exec whistle sh -c 'until pidof sleep; do sleep 0.1; done' >/dev/null
docker kill --signal $VALUE_PODMAN_SIGNAL whistle >/dev/null
docker wait whistle >/dev/null
docker ps -a --filter name=whistle --format '{{.Names}}: {{.State}}'
