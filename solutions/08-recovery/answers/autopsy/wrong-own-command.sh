# expect: Container autopsy is running
docker commit north north:crashed
docker run -d --name autopsy north:crashed
docker wait autopsy
