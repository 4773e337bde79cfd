docker rename east east-old
volume=$(docker inspect --format '{{range .Mounts}}{{.Name}}{{end}}' east-old)
docker create --name east -p 8806:8000 -e BOOTH_PIER=East -e BOOTH_SEATS=60 -e BOOTH_LEDGER=/data/tickets.txt \
    -v "$volume:/data" booth:1
docker cp east-old:/srv/booth/. - | docker cp - east:/srv/booth
docker start east
docker rm east-old
