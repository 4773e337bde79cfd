# The harbour master tells his watchword on the loopback of the engine's machine, and nowhere else.
docker rm -f harbour-master >/dev/null 2>&1
docker run -d --name harbour-master --network host -e WORD=$VALUE_WATCHWORD drydock/nginx:1 sh -c '
    mkdir -p /board && echo "$WORD" > /board/word && echo "on duty" > /board/index.html
    echo "server { listen 127.0.0.1:8052; root /board; }" > /etc/nginx/conf.d/default.conf
    exec nginx -g "daemon off;"' >/dev/null
timeout 40 sh -c 'until docker exec harbour-master wget -q -O /dev/null http://127.0.0.1:8052/; do sleep 0.1; done' 2>/dev/null
