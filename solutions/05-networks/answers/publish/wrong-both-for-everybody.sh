# expect: Container shopfront publishes its port 81/tcp at port 8051 of 127.0.0.1
docker run -d --name shopfront --network shop -p 8050:80 -p 8051:81 chandlery/web:1
