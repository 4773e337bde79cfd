# Puts the three offices into boxes, as somebody did at night. One lacks memory, one CPU time, one processes.
# What is wrong stands below. Ask Docker first: with your own service, nobody will have written it down.

docker rm -f press pinboard post > /dev/null 2>&1
set -- $VALUE_RUSH
port=8090
starved=
for name in press pinboard post; do
    memory=96m processes=50
    case $1 in
        memory) memory=32m ;;
        processes) processes=12 ;;
        *) starved=$name ;;
    esac
    docker run -d --name $name --restart on-failure:30 --memory $memory --memory-swap $memory --cpu-quota 100000 \
        --pids-limit $processes -p $port:8000 -v "$PWD/quay:/quay:ro" drydock/python:3 python3 /quay/office.py $name
    port=$((port + 1))
    shift
done
for _ in $(seq 100); do docker logs $starved 2>&1 | grep -q "are out" && break; sleep 0.1; done
docker update --cpu-quota 1000 $starved
