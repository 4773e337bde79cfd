# The harbour master tells his watchword on the loopback of the engine's machine, and nowhere else.
docker rm -f harbour-master >/dev/null 2>&1
docker run -d --name harbour-master --network host -e WORD=$VALUE_WATCHWORD drydock/busybox:1 sh -c '
    mkdir -p /board && echo "$WORD" > /board/word && exec httpd -f -vv -p 127.0.0.1:8052 -h /board' >/dev/null
