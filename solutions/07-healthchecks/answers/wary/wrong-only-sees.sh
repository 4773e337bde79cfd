# expect: opens its eyes again
docker run -d --name wary --restart always --health-interval 500ms --health-timeout 10s --health-cmd "timeout 2 wget -q -O /dev/null http://localhost:8000/health || exit 1" lookout:0
