# expect: answers
docker update --memory 96m --memory-swap 96m press pinboard post
docker restart -t 0 press pinboard post
