# expect: phoenix was restarted
docker exec harbour podman run -d --name phoenix --restart on-failure:2 drydock/busybox:1 sh -c 'sleep 1; exit 7'
until docker exec harbour podman inspect --format '{{.RestartCount}} {{.State.Status}}' phoenix | grep '2 exited'; do sleep 1; done
