# expect: the tags of harbour/film are none
docker exec depot registry garbage-collect /etc/docker/registry/config.yml >/dev/null
docker restart -t 1 depot
