# expect: The log of container post contains '20 letters delivered'
docker update --memory 96m --memory-swap 96m press
docker restart -t 0 press
docker update --cpu-quota 100000 pinboard
docker update --pids-limit 50 post
