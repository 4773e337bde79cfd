# expect: tmpfs of 1MiB -> /scratch
docker run -d --name screen -v guests:/book:ro --tmpfs /scratch -p 8062:80 drydock/busybox:1 httpd -f -h /book
