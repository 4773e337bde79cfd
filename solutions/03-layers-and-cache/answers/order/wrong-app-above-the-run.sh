# expect: comes from the cache
printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY soundings.csv .' 'COPY prepare.py .' 'COPY app.py .' 'RUN python3 prepare.py' 'CMD ["python3", "app.py"]' > chartroom/Dockerfile
docker build -q -t chartroom:1 chartroom
