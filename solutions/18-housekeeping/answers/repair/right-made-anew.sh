docker rm -f guardboat
docker run --privileged -d --name guardboat --hostname guardboat -v guardboat-disk:/var/lib/docker drydock/host --log-driver local
docker exec guardboat ready
docker exec guardboat docker container prune -f --filter label=none
docker exec guardboat docker rm -f mop klaxon
docker exec guardboat docker run -d --name klaxon -p 8189:80 -v klaxon-rope:/usr/share/nginx/html drydock/nginx:1
