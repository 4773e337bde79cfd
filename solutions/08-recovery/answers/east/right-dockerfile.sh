# A proper build, and a volume with a name.
mkdir -p east
docker cp east:/srv/booth east/
cat > east/Dockerfile <<'EOF'
FROM booth:1
COPY --chown=www-data:www-data booth .
EOF
docker build -q -t booth:3 east
docker rename east east-old
docker create --name east -p 8806:8000 -e BOOTH_PIER=East -e BOOTH_SEATS=60 -e BOOTH_LEDGER=/data/tickets.txt \
    -v east-data:/data booth:3
docker cp east-old:/data/. - | docker cp - east:/data
docker start east
