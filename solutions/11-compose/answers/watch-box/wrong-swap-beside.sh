# expect: Container winch is limited to
docker update --memory 48m --memory-swap 96m --pids-limit 20 winch
