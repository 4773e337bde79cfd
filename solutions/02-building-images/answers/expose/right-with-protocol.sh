mkdir -p exposed
printf 'FROM tides:0.2\nEXPOSE 8000/tcp\n' > exposed/Dockerfile
docker build -t tides:exposed exposed
docker run --detach --name exposed-only tides:exposed
docker run --detach --name published-only --publish 0.0.0.0:8022:8000 tides:0.2
