# expect: The history of image tides:0.1 contains '# buildkit'
docker create --name by-hand drydock/python:3 true
docker cp tides by-hand:/app
docker commit --change 'WORKDIR /app' --change 'CMD ["python3", "tides.py", "serve"]' by-hand tides:0.1
docker rm by-hand
