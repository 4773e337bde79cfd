# expect: Container shopfront publishes its port 80/tcp at port 8050 of 0.0.0.0
docker run -d --name shopfront --network shop -p 80:8050 -p 127.0.0.1:81:8051 chandlery/web:1
