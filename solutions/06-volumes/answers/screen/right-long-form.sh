docker run -d --name screen --mount source=guests,target=/book,readonly \
    --mount type=tmpfs,target=/scratch,tmpfs-size=1048576 --publish 8062:80 drydock/busybox:1 httpd -f -p 80 -h /book
