# expect: On the board
docker exec -e ROUTE=$VALUE_DELIVERY_ROUTE quayboard sh -c 'docker exec ferry-times sed -i "1s/.*/route: $ROUTE/" /www/index.html'
