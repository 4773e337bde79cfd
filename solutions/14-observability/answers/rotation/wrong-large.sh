# expect: has lost its older lines
docker run -d --name chatter-long chatter:1
docker run -d --name chatter-short --log-opt max-size=20m --log-opt max-file=3 chatter:1
