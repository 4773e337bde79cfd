# expect: Container fresh is running
docker build -q -t guestbook:3 - <<'EOF'
FROM guestbook:2
RUN mkdir /book
ENV GUESTBOOK_VERSION=3
USER app
EOF
docker run -d --name fresh -v fresh-book:/book guestbook:3
docker wait fresh
