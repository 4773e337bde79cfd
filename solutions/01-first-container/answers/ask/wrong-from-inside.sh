# expect: The log of container web
docker exec web wget -q -O - http://localhost/tide-table
