docker run -d --restart always --name duo-horn duo:1 sh /horn.sh
docker run -d --restart always --name duo-bell duo:1 sh /bell.sh
docker run -d --restart always --name duo duo:1
docker exec duo-bell sh -c 'sleep 0.5; touch /snap'
docker exec duo sh -c 'sleep 0.5; touch /snap'
