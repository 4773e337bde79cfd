# expect: prints 'page 1: ships, 412'
docker stop yearbook
docker update --memory 128m --memory-swap 128m --cpus 0.5 --pids-limit 50 yearbook
docker start yearbook
