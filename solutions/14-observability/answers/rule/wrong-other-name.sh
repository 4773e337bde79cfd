# expect: there are: Lost
printf 'groups: [{name: ships, rules: [{alert: Lost, expr: "ship_running{ship!=\"derelict\"} == 0", for: 2s}]}]\n' > mast/rules.yml
echo 'rule_files: [/etc/prometheus/rules.yml]' >> mast/prometheus.yml
docker kill --signal HUP mast
