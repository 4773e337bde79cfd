docker update --memory-swap 48m --memory 48m winch
docker update --pids-limit 20 winch
