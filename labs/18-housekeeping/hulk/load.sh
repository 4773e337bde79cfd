# What has gathered on the hulk in the years, until its disk is full. $WORD is the word on what is to be kept.
docker volume create route >/dev/null
docker run -d --name crier -v route:/route drydock/busybox:1 sh -c \
    'echo "from the bow to the stern" >/route/plan; yes "Hear, hear: all is well on the old hulk, at every hour of the night and in every weather, says the crier, and strikes his bell." | head -c 12000000; echo the crier is ready; exec sleep 1d' >/dev/null
docker run -d --name storm-lamp drydock/nginx:1 >/dev/null
docker run --name tally --label keep="$WORD" drydock/busybox:1 sh -c "echo 'seven hundred barrels' >/tally" >/dev/null
docker volume create --label keep="$WORD" chronicle >/dev/null
docker volume create bilge >/dev/null
docker run --rm -v chronicle:/c -v bilge:/b drydock/busybox:1 sh -c "echo 'built in 1882' >/c/first; head -c 8000000 /dev/zero >/b/water"
docker run --name splice drydock/busybox:1 sh -c 'head -c 10000000 /dev/zero >/shavings'
for cut in 1 2 3; do
    printf 'FROM drydock/busybox:1\nLABEL sailcloth=%s\nRUN head -c 4000000 /dev/urandom >/cloth\n' "$cut" | docker build -q -t jib:old - >/dev/null
done
printf 'FROM drydock/busybox:1\nLABEL keep=%s\nRUN echo "how to right a capsized boat" >/rescue\n' "$WORD" | docker build -q -t rescue:1 - >/dev/null
for _ in $(seq 600); do docker logs --tail 1 crier 2>&1 | grep -q ready && break; sleep 0.1; done
# What is left, a container fills, and goes without its volume.
docker run --name rigger -v /scratch drydock/busybox:1 sh -c 'cat /dev/zero >/scratch/splinters' 2>/dev/null
# Its own few files made room, too.
scratch=$(docker inspect --format "{{(index .Mounts 0).Source}}" rigger)
docker rm rigger >/dev/null
cat /dev/zero >>"$scratch/splinters" 2>/dev/null
df -h /var/lib/docker
