# expect: Boat:
docker load -i found/night.tar
docker build -q -t day-ferry:1 -f - drawer <<'EOF'
FROM drydock/busybox:1
WORKDIR /srv
COPY day.txt timetable.txt
ENV FERRY=day
CMD ["sh", "-c", "echo \"The $FERRY ferry:\"; cat timetable.txt"]
EOF
