# expect: the volume guests -> /book, read-only
docker run -d --name screen -v guest:/book:ro --tmpfs /scratch:size=1m -p 8062:80 drydock/busybox:1 httpd -f -h /book
