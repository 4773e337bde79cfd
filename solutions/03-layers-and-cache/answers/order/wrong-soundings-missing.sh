# expect: no image chartroom:1
printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY prepare.py ./' 'RUN python3 prepare.py' 'COPY app.py soundings.csv ./' 'CMD ["python3", "app.py"]' > chartroom/Dockerfile
docker build -q -t chartroom:1 chartroom
