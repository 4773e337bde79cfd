# expect: was made from drydock/python:3
docker rm -f press pinboard post
port=8090
for office in press pinboard post; do
    docker run -d --name $office --memory 64m --cpus 1 --pids-limit 40 -p $port:80 drydock/busybox:1 \
        sh -c "mkdir /www; echo The $office is open > /www/index.html; echo 20 carriers are out; exec httpd -f -h /www"
    port=$((port + 1))
done
