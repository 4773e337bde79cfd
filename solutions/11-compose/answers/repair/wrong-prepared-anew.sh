# expect: Service web (container night-web-1) answers
cd night
sed -i -e 's/:8000"/:80"/' -e 's/-p 6739 //' -e '/^    environment:/d' compose.yaml
sed -i -e '/office:2/,/depends_on/ s/networks: .*/networks: [front, back]/' compose.yaml
docker compose up -d
docker compose run --rm --no-deps api prepare </dev/null
docker compose up -d
