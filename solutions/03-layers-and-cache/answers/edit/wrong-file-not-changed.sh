# expect: /app/app.py
docker build -q -t chartroom:2 chartroom
