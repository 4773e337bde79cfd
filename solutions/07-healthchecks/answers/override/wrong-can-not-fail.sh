# expect: says no where nothing is at work
docker run -d --name tutor-fit --health-cmd "wget -q -O /dev/null http://localhost:8000/health || true" tutor:1
docker run -d --name tutor-off --no-healthcheck tutor:1
