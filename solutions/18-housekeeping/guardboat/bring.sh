# The guardboat as the old steward has left it: its disk, what is on it, and his daemon.json (lab 18).
case $VALUE_KLAXON_FAULT in
    port) flaw='"debug": false,' ;;
    bow) flaw='"log-level": "info", "log-options": {}' ;;
    stern) flaw='"debug": "no"' ;;
esac
docker rm -fv guardboat guardboat-anchor >/dev/null 2>&1
docker volume rm guardboat-disk >/dev/null 2>&1
docker volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=64m guardboat-disk >/dev/null
docker run -d --name guardboat-anchor -v guardboat-disk:/disk drydock/busybox:1 sleep 1d >/dev/null
docker run --privileged -d --name guardboat --hostname guardboat -v guardboat-disk:/var/lib/docker drydock/host >/dev/null
docker exec guardboat ready
docker exec -i -e WORD="$VALUE_KLAXON_WORD" guardboat sh < guardboat/load.sh
docker stop -t 5 guardboat >/dev/null && docker rm guardboat >/dev/null
docker create --privileged --name guardboat --hostname guardboat -v guardboat-disk:/var/lib/docker \
    drydock/host --log-driver local >/dev/null
cat > guardboat-daemon.json <<END
{
    "log-driver": "local",
    "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 6, "Hard": 6}},
    $flaw
}
END
docker cp guardboat-daemon.json guardboat:/etc/docker/daemon.json >/dev/null 2>&1
rm guardboat-daemon.json
docker start guardboat >/dev/null
timeout 20 docker wait guardboat >/dev/null
docker ps -a --filter name=guardboat
