# expect: Container refloat is running
docker commit castaway castaway:saved
docker run -d --name refloat castaway:saved
docker wait refloat
