# expect: Container tides-user is running
printf 'FROM tides:0.2\nUSER harbour\n' | docker build -q -t tides:ghost -
docker run -d --name ghost tides:ghost || true

docker build -q -t tides:user - <<'EOF'
FROM tides:0.2
RUN mkdir /data
ENV TIDES_LOGBOOK=/data/visits.log
VOLUME /data
USER harbour
EOF
docker run -d --name tides-user tides:user || true
