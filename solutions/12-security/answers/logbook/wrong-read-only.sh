# expect: Read-only file system
docker run -d --name logbook --init --read-only drydock/python:3 sleep 1d
