owner=$(docker run --rm -v "$PWD:/here:ro" drydock/busybox:1 stat -c %u:%g /here/reports)
docker run -d --name report --user "$owner" --mount type=volume,source=guests,target=/book,readonly \
    --mount type=bind,source="$PWD/report.sh",target=/report.sh,readonly \
    --mount type=bind,source="$PWD/reports",target=/reports \
    drydock/busybox:1 sh /report.sh
