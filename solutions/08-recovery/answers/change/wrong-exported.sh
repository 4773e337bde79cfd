# expect: Image north:winter has BOOTH_SEASON=winter in its environment
docker start north
docker exec north sh -c 'export BOOTH_SEASON=winter'
docker commit -m "winter season" -a "Harbour Office" north north:winter
