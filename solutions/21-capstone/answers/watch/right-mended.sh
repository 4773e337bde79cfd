mkdir -p lookout
cat > lookout/prometheus.yml <<'EOF'
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [/etc/prometheus/rules.yml]
scrape_configs:
  - job_name: pharos
    static_configs: [{targets: ["pharos:8000"]}]
  - job_name: drill
    static_configs: [{targets: ["pharos-drill:8000"]}]
EOF
cat > lookout/rules.yml <<'EOF'
groups:
  - name: pharos
    rules:
      - alert: PharosIll
        expr: pharos_healthy >= 0
EOF
docker network create pharos-watch
docker network connect pharos-watch pharos
docker network connect pharos-watch pharos-drill
docker create --name pharos-lookout --restart unless-stopped --network pharos-watch -p 8212:9090 drydock/prometheus:2
docker cp lookout/. pharos-lookout:/etc/prometheus
docker start pharos-lookout
timeout 20 sh -c 'until docker exec pharos-lookout wget -q -O - "http://localhost:9090/api/v1/alerts" | grep -q firing; do sleep 0.5; done'
sleep 12
sed -i 's/>= 0/== 0/; s/^\( *\)expr:.*/&\n\1for: 2s/' lookout/rules.yml
docker cp lookout/. pharos-lookout:/etc/prometheus
docker kill -s HUP pharos-lookout
sleep 22
