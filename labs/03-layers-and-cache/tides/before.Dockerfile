FROM drydock/python:3
WORKDIR /app
COPY . .
RUN python3 coast.py
RUN python3 check.py && python3 tides.py load
RUN echo 'harbour:x:10001:10001::/app:/bin/sh' >> /etc/passwd && mkdir /data && chown harbour /data
ARG VERSION=dev
LABEL org.opencontainers.image.title=tides \
      org.opencontainers.image.version=$VERSION
ENV TIDES_VERSION=$VERSION \
    TIDES_LOGBOOK=/data/visits.log
VOLUME /data
EXPOSE 8000
USER harbour
HEALTHCHECK --interval=1s --timeout=3s --retries=1 CMD wget -q -O /dev/null http://localhost:8000/health || exit 1
ENTRYPOINT ["python3", "tides.py"]
CMD ["serve"]
