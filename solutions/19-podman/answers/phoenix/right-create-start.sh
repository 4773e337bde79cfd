docker exec harbour podman create --name phoenix --restart=on-failure:3 drydock/busybox:1 sh -c 'sleep 1; exit 7'
docker exec harbour podman start phoenix
until docker exec harbour podman inspect --format '{{.RestartCount}} {{.State.Status}}' phoenix | grep '3 exited'; do sleep 1; done
