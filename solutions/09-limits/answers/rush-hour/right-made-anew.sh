docker rm -f press pinboard post
box="--memory 64m --cpus 1 --pids-limit 40"
port=8090
for office in press pinboard post; do
    docker run -d --name $office --restart on-failure $box -p $port:8000 -v "$PWD/quay:/quay:ro" drydock/python:3 python3 /quay/office.py $office
    port=$((port + 1))
done
