# expect: drydock/busybox:1
mkdir -p neat
docker cp hasty:/etc neat/
printf 'FROM drydock/python:3\nCOPY etc/ /etc/\nCMD ["sh"]\n' > neat/Dockerfile
docker build -q -t neat:1 neat
