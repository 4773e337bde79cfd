# expect: Container pinboard answers
docker update --memory 96m --memory-swap 96m press
docker restart -t 0 press
docker update --pids-limit 50 post
docker start post
