# expect: says no where nothing is at work
cd night
sed -i -e 's/:8000"/:80"/' -e 's/ping,/ping || true,/' -e '/^    environment:/d' compose.yaml
sed -i -e '/office:2/,/depends_on/ s/networks: .*/networks: [front, back]/' compose.yaml
sed -i -e 's/"night-book:/"book:/' -e '/^volumes:/,$d' compose.yaml
printf 'volumes:\n  book:\n    external: true\n    name: night-book\n' >> compose.yaml
docker compose up -d
