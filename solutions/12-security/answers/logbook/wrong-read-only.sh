# expect: logbook
docker run -d --name logbook --init --read-only drydock/python:3 sleep 1d
