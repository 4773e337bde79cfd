# expect: opens its eyes again
docker run -d --name wary --restart always --health-interval 500ms --health-timeout 1s --health-cmd "wget -q -O /dev/null http://localhost:8000/health || kill 1" lookout:0
