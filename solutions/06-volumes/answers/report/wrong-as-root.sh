# expect: the same
docker run -d --name report \
    -v guests:/book:ro -v "$PWD/report.sh:/report.sh:ro" -v "$PWD/reports:/reports" \
    drydock/busybox:1 sh /report.sh
