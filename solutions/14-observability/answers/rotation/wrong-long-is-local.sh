# expect: Container chatter-long has the log driver json-file
docker run -d --name chatter-long --log-driver local chatter:1
docker run -d --name chatter-short --log-opt max-size=20k --log-opt max-file=3 chatter:1
