# The sidelight's night: unhealthy for a while, then ended. The broken part is another for each student.
docker rm -f sidelight >/dev/null 2>&1
docker run -d --name sidelight --health-cmd "sh /test" --health-interval 1s --health-retries 1 drydock/busybox:1 \
    sh -c "echo 'echo part $VALUE_LAMP_PART is broken; exit 1' > /test; exec sleep 1d" >/dev/null
# Unhealthy by what the test says, and not because it was asked before it was written.
timeout 40 sh -c 'until docker inspect --format "{{json .State.Health}}" sidelight | grep -q "unhealthy.*is broken"; do sleep 0.2; done'
docker kill sidelight >/dev/null
