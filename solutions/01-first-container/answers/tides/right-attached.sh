docker start --attach tides
docker start --attach tides
true
