# expect: Image watch:2 has at /watch.py
docker build -q -t watch:2 - <<'EOF'
FROM watch:1
RUN sed -i 's/^print/signal.signal(signal.SIGINT, close_the_book)\n&/' /watch.py
CMD ["python3", "/watch.py"]
EOF
docker run -d --name watch-2 watch:2
timeout 40 sh -c 'until docker logs watch-2 | grep -q begins; do sleep 0.2; done'
docker stop watch-2
