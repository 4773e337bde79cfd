# expect: it still ran
docker tag watch:1 watch:2
docker run -d --name watch-2 --init --stop-signal SIGTERM watch:2
timeout 40 sh -c 'until docker logs watch-2 | grep -q begins; do sleep 0.2; done'
docker stop -t 1 watch-2
