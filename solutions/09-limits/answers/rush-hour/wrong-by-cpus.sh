# expect: Container press answers on port
# Refused: the limit was given as a quota.
for office in press pinboard post; do
    docker update --memory 96m --memory-swap 96m --cpus 1 --pids-limit 50 $office
    docker restart -t 0 $office
done
