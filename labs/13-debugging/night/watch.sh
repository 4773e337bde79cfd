# The night of the late watch: started three times, killed twice, and ended by a signal. File, rope and signal are other
# ones for each student.
exec >/dev/null 2>&1
said() { timeout 40 sh -c "until docker logs late-watch 2>/dev/null | grep -c '$1' | grep -q $2; do sleep 0.1; done"; }
docker rm -f late-watch
docker create --name late-watch drydock/busybox:1 sh -c "
    trap 'exit 0' HUP USR1 USR2
    echo night watch
    echo took the old rope >&2
    mkdir -p /var/spool/stores
    date > /var/spool/stores/$VALUE_NIGHT_FILE
    rm -f /etc/group
    until [ -e /last ]; do sleep 0.1; done
    echo the rope is $VALUE_NIGHT_ROPE
    sleep 1d & wait"
for start in 1 2; do
    docker start late-watch && said watch "$start" && docker kill late-watch
done
docker start late-watch && docker exec late-watch touch /last
said 'the rope is' 1
sleep 0.2
docker kill -s "$VALUE_NIGHT_SIGNAL" late-watch
docker wait late-watch
sleep 1
