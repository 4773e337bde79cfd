sed -i 's/targets: ."[^"]*:80.*/targets: ["spyglass:8000"]/' keep/prometheus.yml
sed -i 's/9090/9093/' keep/prometheus.yml
sed -i 's/ship_send_bytes/ship_sent_bytes/' keep/rules.yml
sed -i 's/30m/2s/' keep/rules.yml
docker kill --signal HUP topmast
timeout 30 sh -c 'until docker logs towncrier | grep -q "ShipSilent buoy"; do sleep 0.5; done'
sed -i 's/ship_sent_bytes_total/&{ship!~"buoy.*"}/' keep/rules.yml
docker kill --signal HUP topmast
