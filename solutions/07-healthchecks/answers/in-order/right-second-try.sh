radar() {
    docker run -d --name radar --network sight --env LOOKOUT_WARMUP=0.5 \
        --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 250ms --health-start-period 10s lookout:0
    start=$(docker inspect --format '{{.State.StartedAt}}' radar)
    timeout 40 docker events --since "$start" --filter container=radar | grep -m 1 "health_status: healthy"
}
radar
docker rm -f radar
radar
docker run -d --name board --network sight --env LOOKOUT_ASKS=http://radar:8000/health lookout:0
