# expect: Container report is running
owner=$(docker run --rm -v "$PWD/reports:/reports" drydock/busybox:1 stat -c %u /reports)
docker run -d --name report --user "$owner" \
    -v guests:/book:ro -v "$PWD/reprot.sh:/report.sh:ro" -v "$PWD/reports:/reports" \
    drydock/busybox:1 sh /report.sh
docker wait report
