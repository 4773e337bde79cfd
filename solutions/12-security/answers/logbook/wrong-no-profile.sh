# expect: can't be removed (unlink)
docker run -d --name logbook --init drydock/python:3 sleep 1d
