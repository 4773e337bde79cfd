# Lets four sheds, all by one contract, and lets the tenants in. Who does what is another one for each of you.

docker rm -f shed-1 shed-2 shed-3 shed-4 > /dev/null 2>&1
for shed in shed-1 shed-2 shed-3 shed-4; do
    docker run -d --name $shed --cpus 0.3 --memory 48m --pids-limit 40 drydock/busybox:1 sleep 1d
done
set -- $VALUE_CROWD
docker exec $2 sh -c 'head -c 24m /dev/zero > /dev/shm/barrels'
docker exec -d $3 sh -c 'for bird in $(seq 20); do sleep 1d & done; wait'
docker exec -d $1 timeout 1800 sh -c 'while :; do :; done'
for _ in $(seq 50); do [ "$(docker top $3 | wc -l)" -gt 20 ] && break; sleep 0.1; done
