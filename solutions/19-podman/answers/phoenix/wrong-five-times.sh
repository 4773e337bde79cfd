# expect: allows three restarts after a failure, and no more
docker exec harbour podman run -d --name phoenix --restart on-failure:5 drydock/busybox:1 sh -c 'sleep 1; exit 7'
docker exec harbour timeout 55 sh -c 'until [ "$(podman inspect --format "{{.RestartCount}}" phoenix)" -ge 3 ]; do sleep 0.2; done'
