# Asking the sick one by hand, to see that it works, is no fault.
docker build -q -t tides:sick - <<'END'
FROM tides:0.2
HEALTHCHECK --interval=1s --timeout=3s --retries=1 CMD curl -f http://localhost:8000/health || exit 1
END
docker run -d --name sick tides:sick
docker build -q -t tides:fit - <<'END'
FROM tides:0.2
HEALTHCHECK --interval=1s --timeout=3s --retries=1 CMD wget -q -O /dev/null http://localhost:8000/health || exit 1
END
docker run -d --name fit tides:fit
timeout 40 sh -c 'until docker exec sick wget -q -O - http://localhost:8000/health; do sleep 0.2; done'
