# expect: Container pinboard answers
# Refused: the limit was given as a quota.
docker update --memory 96m --memory-swap 96m press
docker restart -t 0 press
docker update --cpus 1 pinboard
docker update --pids-limit 50 post
docker start post
