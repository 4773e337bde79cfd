# expect: there is no volume hold
docker network create pier
