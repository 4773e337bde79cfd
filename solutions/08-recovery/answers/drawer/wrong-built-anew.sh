# expect: does not contain 'FERRY=night'
for ferry in night day; do
docker build -q -t $ferry-ferry:1 -f - drawer <<EOF
FROM drydock/busybox:1
WORKDIR /srv
COPY $ferry.txt timetable.txt
ENV FERRY=$ferry
CMD ["sh", "-c", "echo \"The \$FERRY ferry:\"; cat timetable.txt"]
EOF
done
