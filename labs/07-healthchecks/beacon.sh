# Brings the beacon to your daemon, as somebody put it together late on Friday.
# What is wrong stands below. Ask Docker first: with your own service, nobody will have written it down.

docker image inspect lookout:0 > /dev/null 2>&1 || docker build -q -t lookout:0 lookout
docker rm -f beacon-1 beacon-2 > /dev/null 2>&1
case $VALUE_BEACON_FAULT in
    pier) setting=LOOKOUT_PORT=80O0 ;;
    mole) setting=LOOKOUT_SLOW=0,2 ;;
    *) setting=LOOKOUT_ASKS=http://localhost:8000/health ;;
esac
if [ "$VALUE_BEACON_PAGE" = port ]; then page=8080/health; else page=8000/helth; fi
# Too late for its timeout, the test hides that it asks in the wrong place.
case $VALUE_BEACON_ORDER in timeout*) nap='sleep 0.3; ' ;; *) nap= ;; esac
mkdir -p beacon
cat > beacon/Dockerfile << EOF
FROM lookout:0
ENV LOOKOUT_WARMUP=0.5 LOOKOUT_SLOW=0.2
HEALTHCHECK --interval=250ms --timeout=100ms --retries=1 CMD ${nap}wget -q -O /dev/null http://localhost:$page || exit 1
EOF
docker build -q -t beacon:1 beacon
docker run -d --name beacon-1 --restart unless-stopped -p 8077:8000 --env $setting beacon:1
for _ in $(seq 100); do
    docker inspect --format '{{.RestartCount}} {{.State.Health.Status}}' beacon-1 | grep -qE '^[1-9]|unhealthy' && break
    sleep 0.2
done
docker ps -a --filter name=beacon-1
