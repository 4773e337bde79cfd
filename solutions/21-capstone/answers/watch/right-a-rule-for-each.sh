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
        expr: pharos_healthy{job="pharos"} == 0
        for: 2s
      - alert: PharosIll
        expr: 'max(pharos_healthy{instance="pharos-drill:8000"}) == 0'
        for: 2s
        labels: {job: drill}
EOF
docker network create pharos-watch
docker network connect pharos-watch pharos
docker network connect pharos-watch pharos-drill
docker create --name pharos-lookout --restart unless-stopped --network pharos-watch -p 8212:9090 drydock/prometheus:2
docker cp lookout/. pharos-lookout:/etc/prometheus
docker start pharos-lookout
