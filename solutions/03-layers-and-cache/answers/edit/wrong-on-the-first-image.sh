# expect: shares layers with chartroom:1
printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY soundings.csv prepare.py ./' 'COPY app.py ./' 'RUN python3 prepare.py' 'CMD ["python3", "app.py"]' > chartroom/Dockerfile
docker build -q -t chartroom:1 chartroom
sed -i 's/first edition/second edition/' chartroom/app.py
printf '%s\n' 'FROM chartroom:1' 'COPY app.py ./' > chartroom/Dockerfile
docker build -q -t chartroom:2 chartroom
