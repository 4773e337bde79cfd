# expect: no container named south-old
mkdir -p booth-2
docker cp south:/srv/booth/fares.json booth-2/
docker cp south:/srv/booth/booth.py booth-2/
docker cp south:/srv/booth/tickets.txt - > tickets.tar
printf 'FROM booth:1\nCOPY booth.py fares.json ./\nENV BOOTH_LEDGER=/data/tickets.txt\n' > booth-2/Dockerfile
docker build -q -t booth:2 booth-2
docker rm -f south
docker create --name south -p 8804:8000 -e BOOTH_PIER=South -v south-data:/data booth:2
docker cp - south:/data < tickets.tar
docker start south
