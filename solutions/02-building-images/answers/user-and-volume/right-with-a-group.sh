mkdir -p user
printf 'FROM tides:0.2\nUSER harbour\n' > user/Dockerfile.ghost
docker build -t tides:ghost -f user/Dockerfile.ghost user
docker create --name ghost tides:ghost
docker start ghost
cat > user/Dockerfile <<'EOF'
FROM tides:0.2
RUN echo 'harbour:x:10001:' >> /etc/group
RUN echo 'harbour:x:10001:10001:the harbour office:/:/bin/false' >> /etc/passwd
RUN mkdir -m 700 /data
RUN chown -R 10001:10001 /data
VOLUME ["/data"]
USER harbour
ENV TIDES_LOGBOOK=/data/visits.log
EOF
docker build -t tides:user user
docker run -d --name tides-user tides:user
