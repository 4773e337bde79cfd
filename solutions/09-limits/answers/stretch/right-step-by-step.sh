docker update --memory 128m --memory-swap 256m yearbook
docker update --cpu-period 100000 --cpu-quota 50000 yearbook
docker update --pids-limit 50 yearbook
