# expect: ["Kim", "Lou", "Max", "Noa"]
docker commit east east:rescued
docker rm -f east
docker run -d --name east -p 8806:8000 -e BOOTH_SEATS=60 -v /data east:rescued
