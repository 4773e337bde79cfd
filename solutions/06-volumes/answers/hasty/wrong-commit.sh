# expect: does not contain 'exec sleep 1d'
docker commit hasty neat:1
