docker run -d --name chatter-long chatter:1
docker run -d --name chatter-short --log-driver local --log-opt max-size=20k --log-opt max-file=3 chatter:1
