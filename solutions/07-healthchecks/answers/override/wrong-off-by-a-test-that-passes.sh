# expect: Container tutor-off has no health check
docker run -d --name tutor-fit --health-cmd "wget -q -O /dev/null http://localhost:8000/health" tutor:1
docker run -d --name tutor-off --health-cmd true tutor:1
