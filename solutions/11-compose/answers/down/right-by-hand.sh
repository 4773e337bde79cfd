cd tally
docker compose up -d
docker compose down
docker volume rm tally_sheet
