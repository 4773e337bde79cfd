# expect: The event “container exec_die gatehouse
docker exec gatehouse sh -c "echo $VALUE_API_SHIP has passed >>/gate"
