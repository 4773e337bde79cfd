# expect: Container press has a limit of 128MiB or less on memory
docker rm -f press pinboard post
port=8090
for office in press pinboard post; do
    docker run -d --name $office -p $port:8000 -v "$PWD/quay:/quay:ro" drydock/python:3 python3 /quay/office.py $office
    port=$((port + 1))
done
