# expect: Expecting ',' delimiter
docker commit north north:crashed
docker run -d --name autopsy north:crashed sleep 1d
