# expect: still there
docker exec depot registry garbage-collect /etc/docker/registry/config.yml >/dev/null
docker restart -t 1 depot
