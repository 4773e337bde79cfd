printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY prepare.py soundings.csv ./' 'RUN python3 prepare.py' 'COPY . .' 'CMD ["python3", "app.py"]' > chartroom/Dockerfile
docker build -q -t chartroom:1 chartroom
sed -i 's/^GREETING = .*/GREETING = "chartroom, second edition"/' chartroom/app.py
docker build -q -t chartroom:2 chartroom
