begun() { timeout 40 sh -c "until docker top $1 -eo pid,comm | grep -q sleep; do sleep 0.1; done"; }
docker run -d --init --name nursed drydock/busybox:1 sleep 1d
begun nursed
docker stop nursed
docker run -d --name alone drydock/busybox:1 sleep 1d
begun alone
docker stop -t 1 alone
