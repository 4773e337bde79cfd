docker create --name screen --tmpfs /scratch:rw,size=1024k,noexec -v guests:/book:ro,nocopy -p 8062:80 drydock/busybox:1 \
    sh -c 'exec httpd -f -h /book'
docker start screen
