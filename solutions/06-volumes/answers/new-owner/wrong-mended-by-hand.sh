# expect: Image guestbook:3 has at /book a folder
docker build -q -t guestbook:3 - <<'EOF'
FROM guestbook:2
ENV GUESTBOOK_VERSION=3
USER app
EOF
docker run --rm -v fresh-book:/book drydock/busybox:1 chown 1000 /book
docker run -d --name fresh -v fresh-book:/book guestbook:3
docker exec fresh python3 guestbook.py sign "Ching Shih"
