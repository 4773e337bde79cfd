# expect: has the health status healthy
cd night
sed -i -e 's/:8000"/:80"/' -e 's/-p 6739 //' -e '/^    environment:/d' compose.yaml
sed -i -e '/office:2/,/depends_on/ s/networks: .*/networks: [front, back]/' compose.yaml
printf '    external: true\n' >> compose.yaml
sed -i -e '/healthcheck:/d' -e 's/service_healthy/service_started/' compose.yaml
docker compose up -d
