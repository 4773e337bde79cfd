# expect: Container mast is running
printf -- '- job_name: daemon\n  static_configs:\n  - targets: ["lightship:9323"]\n' >> mast/prometheus.yml
docker run -d --name mast --network signals -p 8143:9090 -v "$PWD/mast:/etc/prometheus:ro" drydock/prometheus:2
timeout 40 docker wait mast
