# expect: status 401
docker restart -t 1 store
