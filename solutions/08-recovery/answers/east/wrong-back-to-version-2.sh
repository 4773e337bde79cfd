# expect: "version": 3
docker cp booth/booth.py east:/srv/booth/
docker start east
