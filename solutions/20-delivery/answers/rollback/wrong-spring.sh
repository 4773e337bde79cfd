# expect: On the board
docker exec quayboard sh -c 'deploy $(docker image inspect --format "{{index .RepoDigests 0}}" store.local:5000/tables:spring)'
