# expect: waits for 2 seconds
sed -i 's/targets: ."[^"]*:80.*/targets: ["spyglass:8000"]/' keep/prometheus.yml
sed -i 's/9090/9093/' keep/prometheus.yml
sed -i 's/ship_send_bytes_total/ship_sent_bytes_total{ship!~"buoy-."}/' keep/rules.yml
sed -i '/for:/d' keep/rules.yml
docker kill --signal HUP topmast
