docker stop -t 0 press pinboard post
docker update --memory 128m --memory-swap 128m press pinboard post
docker update --pids-limit 60 press pinboard post
docker update --cpu-quota 100000 press pinboard post
docker start press pinboard post
