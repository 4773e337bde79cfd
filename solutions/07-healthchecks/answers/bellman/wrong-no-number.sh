# expect: in the end: rung
docker stop bellman
