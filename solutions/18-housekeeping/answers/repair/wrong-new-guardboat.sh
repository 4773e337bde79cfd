# expect: The klaxon says
docker rm -f guardboat
docker run --privileged -d --name guardboat drydock/host --log-driver local
docker exec guardboat ready
docker exec guardboat docker run -d --name klaxon -p 8189:80 -v klaxon-rope:/usr/share/nginx/html drydock/nginx:1
