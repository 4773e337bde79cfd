# expect: opens its eyes again
docker run -d --name wary --restart on-failure --health-interval 500ms --health-timeout 10s --health-cmd "timeout 2 wget -q -O /dev/null http://localhost:8000/health || kill 1" lookout:0
