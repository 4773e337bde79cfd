# expect: Service web (container night-web-1) answers
cd night
sed -i 's/:8000"/:80"/' compose.yaml
docker compose up -d
