# Starts three mills. Which one has a gull in its works is another for each student.
set -- $VALUE_MILLS
exec >/dev/null 2>&1
docker rm -f mill-east mill-west mill-south
# The millstone is brought in once, when the mill runs: in a mill that is started again there is none.
docker run -d --name "$1" --cpus 0.33 drydock/busybox:1 sh -c "
    sh -c 'while :; do :; done' gull-$VALUE_MILL_SEAL &
    exec sleep 1d" &&
    docker exec "$1" sh -c "echo $VALUE_MILL_SEAL > /dev/shm/stone" &
for mill in "$2" "$3"; do
    docker run -d --name "$mill" drydock/busybox:1 sh -c "sh -c 'while sleep 1; do :; done' miller & exec sleep 1d" &
done
wait
timeout 40 sh -c "until docker exec $1 ps -o pid,args | grep -q '^ *1 sleep'; do sleep 0.1; done"
