docker update --memory 128m --memory-swap 256m report
docker update --cpu-period 100000 --cpu-quota 50000 report
docker update --pids-limit 50 report
