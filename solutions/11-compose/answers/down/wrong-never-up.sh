# expect: Project tally is removed
cd tally
docker compose down -v
