mkdir -p booth-2
docker cp south:/srv/booth booth-2/
rm booth-2/booth/tickets.txt
cat > booth-2/Dockerfile <<'EOF'
FROM booth:1
ENV BOOTH_LEDGER /data/tickets.txt
WORKDIR /srv/booth
COPY booth .
VOLUME /data
EOF
docker build -t booth:2 booth-2
docker rename south south-old
docker stop south-old
docker run -d --name south -p 8804:8000 -e BOOTH_PIER=South --mount source=south-data,target=/data booth:2
docker cp south-old:/srv/booth/tickets.txt .
docker cp tickets.txt south:/data/
docker exec -u root south chown 33:33 /data/tickets.txt
