# expect: Volume tally_sheet is removed
cd tally
docker compose up -d
docker compose down
