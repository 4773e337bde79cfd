# expect: there is no container named castaway
docker commit castaway castaway:saved
docker rm castaway
docker run -d --name refloat castaway:saved sleep 1d
