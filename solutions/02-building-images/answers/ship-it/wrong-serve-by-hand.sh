# expect: ["serve"]
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
ARG VERSION=dev
LABEL org.opencontainers.image.title=tides org.opencontainers.image.version=$VERSION
RUN echo 'harbour:x:10001:10001::/app:/bin/sh' >> /etc/passwd && mkdir /data && chown harbour /data
WORKDIR /app
COPY tides.py harbours.csv ./
RUN python3 tides.py load
ENV TIDES_VERSION=$VERSION TIDES_LOGBOOK=/data/visits.log
VOLUME /data
EXPOSE 8000
USER harbour
HEALTHCHECK --interval=1s CMD wget -q -O /dev/null http://localhost:8000/health || exit 1
ENTRYPOINT ["python3", "tides.py"]
EOF
docker build -q -t tides:1.0 --build-arg VERSION=1.0 --label berth=$VALUE_BERTH tides
docker run -d --name tides-prod -p 8023:8000 tides:1.0 serve
