docker run -d --name tutor-off --no-healthcheck tutor:1
docker run -d --name tutor-fit --health-cmd "python3 /app/lookout.py probe" --health-interval 0.25s tutor:1
