# expect: at /data a folder
printf 'FROM tides:0.2\nUSER harbour\n' | docker build -q -t tides:ghost -
docker run -d --name ghost tides:ghost || true

docker build -q -t tides:user - <<'EOF'
FROM tides:0.2
RUN echo 'harbour:x:10001:10001::/app:/bin/sh' >> /etc/passwd && mkdir /data && chmod 777 /data
ENV TIDES_LOGBOOK=/data/visits.log
VOLUME /data
USER harbour
EOF
docker run -d --name tides-user tides:user
