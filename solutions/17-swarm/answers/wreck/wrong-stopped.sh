# expect: exited with code
# Time enough to end by itself, on a busy machine, too: a stop that runs out of time is a kill.
docker stop -t 50 spica
sh harbour/await.sh topgallant 3
