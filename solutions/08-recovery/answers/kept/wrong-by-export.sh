# expect: Image north:open has the command ["python3", "booth.py"]
docker export north | docker import - north:open
docker run -d --name north-2 -p 8802:8000 -e BOOTH_PIER=North -w /srv/booth north:open python3 booth.py
