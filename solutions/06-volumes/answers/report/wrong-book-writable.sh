# expect: the volume guests -> /book, read-only
owner=$(docker run --rm -v "$PWD/reports:/reports" drydock/busybox:1 stat -c %u /reports)
docker run -d --name report --user "$owner" \
    -v guests:/book -v "$PWD/report.sh:/report.sh:ro" -v "$PWD/reports:/reports" \
    drydock/busybox:1 sh /report.sh
