# expect: prints 'page 1: ships, 412'
docker rm -f yearbook
docker run -d --name yearbook --memory 128m --cpus 0.5 --pids-limit 50 drydock/busybox:1 sh -c 'trap exit TERM; sleep 1d & wait'
