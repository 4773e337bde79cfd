# expect: GET /pilot/
docker rm -f tides-6
docker run -d --name tides-6 -p 8066:8000 -v tides-log:/data tides:1.2
