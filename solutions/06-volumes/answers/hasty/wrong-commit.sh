# expect: sleep 1d
docker commit hasty neat:1
