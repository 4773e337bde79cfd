# expect: the tags of harbour/film are none
docker pull -q localhost:8091/harbour/film:1
docker rmi localhost:8091/harbour/film:1
docker image prune -f
