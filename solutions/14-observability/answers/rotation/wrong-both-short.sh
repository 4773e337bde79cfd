# expect: reading 1 of 3000
docker run -d --name chatter-long --log-opt max-size=20k --log-opt max-file=3 chatter:1
docker run -d --name chatter-short --log-opt max-size=20k --log-opt max-file=3 chatter:1
