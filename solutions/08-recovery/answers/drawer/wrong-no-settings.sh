# expect: Image day-ferry:1 has FERRY=day in its environment
docker load -i found/night.tar
docker import found/day.tar day-ferry:1
