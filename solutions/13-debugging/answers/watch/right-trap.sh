cat > keeper.sh <<'EOF'
python3 /watch.py &
keeper=$!
trap 'kill $keeper' TERM
wait $keeper
wait $keeper
EOF
docker build -q -t watch:2 -f - . <<'EOF'
FROM watch:1
COPY keeper.sh /
STOPSIGNAL SIGTERM
CMD ["sh", "/keeper.sh"]
EOF
docker run -d --name watch-2 watch:2
timeout 40 sh -c 'until docker logs watch-2 | grep -q begins; do sleep 0.2; done'
docker stop -t 20 watch-2
