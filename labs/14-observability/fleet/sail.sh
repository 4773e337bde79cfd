# Three ships and a derelict on the lightship's Docker, and a spyglass that looks at them. Every student's fleet is another.
sh fleet/lightship.sh
set -- $VALUE_SIGNAL_FLEET
docker exec lightship docker rm -f derelict "$@" >/dev/null 2>&1
for ship in "$@"; do
    size=56
    [ "$ship" = "$1" ] && size=8000
    docker exec lightship docker run -d --name "$ship" drydock/busybox:1 \
        sh -c "ping -q -s $size \$(ip route | awk '/default/ { print \$3 }'); exec sleep 1d" >/dev/null
done
docker exec lightship docker run --name derelict drydock/busybox:1 true
docker rm -f spyglass >/dev/null 2>&1
docker run -d --name spyglass --network signals -v lightship-socket:/socket:ro -v "$PWD/spyglass:/spyglass:ro" \
    drydock/python:3 python3 /spyglass/serve.py >/dev/null
timeout 40 sh -c 'until docker logs spyglass 2>&1 | grep -q "looks out"; do sleep 0.2; done'
