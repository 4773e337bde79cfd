# expect: Container mast has mast of the lab's folder at /etc/prometheus
printf '  - job_name: daemon\n    static_configs:\n      - targets: ["lightship:9323"]\n' >> mast/prometheus.yml
docker run -d --name mast --network signals -p 8143:9090 -v "$PWD/mast/prometheus.yml:/etc/prometheus/prometheus.yml:ro" drydock/prometheus:2
