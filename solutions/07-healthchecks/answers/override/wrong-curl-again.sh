# expect: Container tutor-fit is healthy
docker run -d --name tutor-fit --health-cmd "curl -f http://localhost:8000/" tutor:1
docker run -d --name tutor-off --no-healthcheck tutor:1
