# expect: "a red umbrella"
docker cp east:/srv/booth/booth.py .
docker rename east east-old
docker create --name east -p 8806:8000 -e BOOTH_PIER=East -e BOOTH_SEATS=60 -e BOOTH_LEDGER=/data/tickets.txt \
    --volumes-from east-old booth:1
docker cp booth.py east:/srv/booth/
docker start east
