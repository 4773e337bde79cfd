# expect: there is no container named lantern
docker rm -f night-1 night-2 night-3 lantern
docker start day
