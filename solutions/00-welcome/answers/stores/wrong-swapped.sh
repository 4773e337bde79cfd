# expect: there is no volume hold
docker network create hold
docker volume create pier
