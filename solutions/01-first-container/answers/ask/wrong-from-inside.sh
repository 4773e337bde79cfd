# expect: Container web was visited at its published port 8080
docker exec web wget -q -O - http://localhost/tide-table
