docker run -d --name stall kiosk:1
echo "Find us under the clock" > market.txt
docker cp market.txt stall:/www/info/market.txt
docker exec stall sh -c 'echo "Tea 1 crown" >> /www/info/prices.txt && rm /www/info/map.txt'
