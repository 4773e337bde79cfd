# expect: Image tides:ghost runs as
docker tag tides:0.2 tides:ghost
docker run -d --name ghost --user harbour tides:ghost || true

docker build -q -t tides:user - <<'EOF'
FROM tides:0.2
RUN echo 'harbour:x:10001:10001::/app:/bin/sh' >> /etc/passwd && mkdir /data && chown harbour /data
ENV TIDES_LOGBOOK=/data/visits.log
VOLUME /data
USER harbour
EOF
docker run -d --name tides-user tides:user
