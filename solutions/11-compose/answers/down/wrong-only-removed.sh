# expect: Project tally is removed
cd tally
docker compose up -d
docker compose rm --stop --force --volumes
