# expect: has lost a task
docker exec mira docker exec old-wick rm /www/index.html
