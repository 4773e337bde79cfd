# Lays the patients into their beds: who lies where is another order for each student.
set -- $VALUE_WARD_BEDS
missing=bed-$1 locked=bed-$2 crashed=bed-$3 hungry=bed-$4 shot=bed-$5 asked=bed-$6 taken=bed-$7
exec >/dev/null 2>&1
docker rm -f porter bed-1 bed-2 bed-3 bed-4 bed-5 bed-6 bed-7
(
    docker image inspect ropes:1 || docker build -q -t ropes:1 ward
    docker run --name "$crashed" ropes:1
) &
(
    docker run -d --name porter -p 8088:80 drydock/busybox:1 httpd -f
    docker run -d --name "$taken" -p 8088:80 drydock/busybox:1 httpd -f
) &
(
    # Asked before its program runs, it would end in another way.
    docker run -d --name "$asked" --init drydock/busybox:1 sh -c 'echo asleep; exec sleep 1d'
    timeout 60 sh -c 'until docker logs "$0" | grep -q asleep; do sleep 0.1; done' "$asked"
    docker stop "$asked"
) &
(
    docker run -d --name "$shot" drydock/busybox:1 sleep 1d
    docker kill "$shot"
) &
docker run -d --name "$missing" drydock/busybox:1 tide-table &
docker run -d --name "$locked" drydock/busybox:1 /etc/passwd &
(
    # The daemon may hear of a kill too late, when the container has ended (containerd#8893): then once more.
    for _ in 1 2 3 4 5; do
        docker rm -f "$hungry"
        docker run --name "$hungry" --memory 16m --memory-swap 16m drydock/busybox:1 \
            sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1; code=$?; sleep 1; exit $code' && break
        [ "$(docker inspect --format '{{.State.OOMKilled}}' "$hungry")" = true ] && break
    done
) &
wait
