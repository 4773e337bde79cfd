# expect: has lost its older lines
docker run -d --name chatter-long chatter:1
docker run -d --name chatter-short --log-opt max-file=3 chatter:1 || docker run -d --name chatter-short chatter:1
