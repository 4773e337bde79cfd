# expect: The crier has called out the silent ship
sed -i 's/targets: ."[^"]*:80.*/targets: ["spyglass:8000"]/' keep/prometheus.yml
sed -i 's/9090/9093/' keep/prometheus.yml
true
sed -i 's/30m/2s/' keep/rules.yml
docker kill --signal HUP topmast
