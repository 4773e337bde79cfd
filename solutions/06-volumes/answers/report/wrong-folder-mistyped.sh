# expect: Container report has at /reports/owner.txt
docker run -d --name report \
    -v guests:/book:ro -v "$PWD/report.sh:/report.sh:ro" -v "$PWD/report:/reports" \
    drydock/busybox:1 sh /report.sh
