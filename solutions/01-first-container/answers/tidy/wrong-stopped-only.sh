# expect: still there
docker stop -t 1 night-1 night-2 night-3 lantern
docker start day
