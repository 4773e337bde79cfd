cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /app
COPY tides.py harbours.csv /app/
RUN ["python3", "tides.py", "load"]
RUN echo 'harbour:x:10001:0:harbour:/data:/bin/sh' >> /etc/passwd
RUN mkdir /data
RUN chown 10001 /data
VOLUME ["/data"]
ARG VERSION
ENV TIDES_LOGBOOK=/data/visits.log
ENV TIDES_VERSION=$VERSION
LABEL org.opencontainers.image.title="tides"
LABEL org.opencontainers.image.version="$VERSION"
EXPOSE 8000/tcp
ENTRYPOINT ["python3", "tides.py"]
CMD ["serve"]
USER harbour
HEALTHCHECK --interval=1s CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health')"]
EOF
docker build -t tides:1.0 --build-arg VERSION=1.0 --label berth=$VALUE_BERTH tides
docker run -d --name tides-prod --publish 8023:8000 tides:1.0
