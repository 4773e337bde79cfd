# expect: can sell
mkdir -p booth-2
docker cp south:/srv/booth/fares.json booth-2/
docker cp south:/srv/booth/booth.py booth-2/
printf 'FROM booth:1\nCOPY booth.py fares.json ./\nENV BOOTH_LEDGER=/data/tickets.txt\n' > booth-2/Dockerfile
docker build -q -t booth:2 booth-2
docker stop south
docker rename south south-old
docker create --name south -p 8804:8000 -e BOOTH_PIER=South -v south-data:/data booth:2
docker cp south-old:/srv/booth/tickets.txt tickets.txt
docker cp tickets.txt south:/data/
docker start south
