# expect: there is no network pier-
docker network create pier-N
docker volume create hold
