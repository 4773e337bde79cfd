docker rm -f press pinboard post
box="--memory 64m --cpus 0.5 --pids-limit 40"
quay="$PWD/quay:/quay:ro"
docker run -d --name press --restart on-failure $box -v "$quay" drydock/busybox:1 sh /quay/press.sh
docker run -d --name pinboard $box -p 8090:8000 -v "$quay" drydock/python:3 python3 /quay/board.py
docker run -d --name post $box -v "$quay" drydock/busybox:1 sh /quay/post.sh
