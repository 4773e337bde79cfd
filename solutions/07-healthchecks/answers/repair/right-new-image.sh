docker rm -f beacon-1
cat > beacon/Dockerfile <<'END'
FROM lookout:0
ENV LOOKOUT_WARMUP=0.5 LOOKOUT_SLOW=0.2
HEALTHCHECK --interval=250ms --timeout=10s --retries=3 --start-period=5s CMD ["python3", "lookout.py", "probe"]
END
docker build -q -t beacon:2 beacon
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 beacon:2
