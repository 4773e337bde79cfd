# expect: unhealthy
docker run -d --name tutor -p 8070:8000 --health-timeout 30s --health-retries 20 --health-cmd "wget -q -O /dev/null http://localhost:8000/health" tutor:1
docker run --name memo drydock/busybox:1 echo "curl: not found"
