# expect: there is no volume log-
cd tally
. ./.env
docker compose up -d
docker compose down -v
docker volume rm $LOG
