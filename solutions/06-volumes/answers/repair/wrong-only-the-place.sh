# expect: Read-only file system
docker rm -f terminal
docker run -d --name terminal -v terminal-book:/book:ro -p 8064:8000 terminal:3
docker wait terminal
