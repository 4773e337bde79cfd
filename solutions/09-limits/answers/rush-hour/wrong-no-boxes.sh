# expect: Container press has a limit of 128MiB or less on memory
docker rm -f press pinboard post
quay="$PWD/quay:/quay:ro"
docker run -d --name press --restart always -v "$quay" drydock/busybox:1 sh /quay/press.sh
docker run -d --name pinboard -p 8090:8000 -v "$quay" drydock/python:3 python3 /quay/board.py
docker run -d --name post -v "$quay" drydock/busybox:1 sh /quay/post.sh
