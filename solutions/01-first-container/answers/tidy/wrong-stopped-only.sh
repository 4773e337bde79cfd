# expect: still there
docker stop night-1 night-2 lantern
docker start day
