# expect: has kept all that fits into three files
docker run -d --name chatter-long chatter:1
docker run -d --name chatter-short --log-opt max-size=20k --log-opt max-file=1 chatter:1
