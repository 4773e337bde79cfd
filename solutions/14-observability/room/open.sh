# The log room and the listener. Those that run stay.
running() { [ "$(docker inspect --format '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }
running logroom || docker rm -f logroom >/dev/null 2>&1
running logroom || docker run -d --name logroom -p 127.0.0.1:8140:514/udp -p 127.0.0.1:8140:514/tcp drydock/rsyslog:8 >/dev/null
running listener || docker rm -f listener >/dev/null 2>&1
running listener || docker run -d --name listener -p 127.0.0.1:8141:12201/udp drydock/log-receiver:1 >/dev/null
timeout 30 sh -c 'until docker logs listener 2>&1 | grep -q GELF; do sleep 0.2; done'
docker run --rm --network container:logroom drydock/busybox:1 \
    timeout 30 sh -c "until grep -q ':0202 ' /proc/net/udp /proc/net/udp6; do sleep 0.2; done" 2>/dev/null
