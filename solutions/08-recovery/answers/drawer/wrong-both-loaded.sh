# expect: there is no image day-ferry:1
docker load -i found/night.tar
docker load -i found/day.tar
