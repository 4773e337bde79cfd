# ADD unpacks a local archive: as good as docker import.
docker load < found/night.tar
cat > found/Dockerfile <<'EOF'
FROM scratch
ADD day.tar /
ENV FERRY=day
CMD ["/bin/sh", "-c", "cd /srv; echo \"The $FERRY ferry:\"; cat timetable.txt"]
EOF
docker build -t day-ferry:1 found
