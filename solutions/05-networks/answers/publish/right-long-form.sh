docker run -d --name shopfront --network shop \
    --publish 0.0.0.0:8050:80/tcp --publish 127.0.0.1:8051:81/tcp chandlery/web:1
