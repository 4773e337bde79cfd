# expect: /www/info/closed.txt
mkdir -p kiosk
docker cp kiosk:/www/info/hours.txt kiosk/
docker cp kiosk:/www/info/prices.txt kiosk/
printf '%s\n' 'FROM kiosk:1' 'COPY hours.txt prices.txt /www/info/' > kiosk/Dockerfile
docker build -q -t kiosk:2 kiosk
