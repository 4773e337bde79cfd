# expect: Container terminal is running
docker rm -f terminal
docker run -d --name terminal -v terminal-book:/book:ro -p 8064:8000 terminal:3
docker wait terminal
