# expect: Container shopfront is on the network shop
docker run -d --name shopfront -p 8050:80 -p 127.0.0.1:8051:81 chandlery/web:1
