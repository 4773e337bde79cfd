docker build -q -t watch:2 - <<'EOF'
FROM watch:1
STOPSIGNAL TERM
RUN sed -i 's/^python3/exec python3/' /run.sh
CMD ["sh", "/run.sh"]
EOF
docker run -d --name watch-2 watch:2
timeout 40 sh -c 'until docker logs watch-2 | grep -q begins; do sleep 0.2; done'
docker stop -t 20 watch-2
