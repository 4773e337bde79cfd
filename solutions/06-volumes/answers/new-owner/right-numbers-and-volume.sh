cat > guestbook/Dockerfile.3 <<'EOF'
FROM guestbook:2
ENV GUESTBOOK_VERSION=3
RUN install -d -o 1000 -g 1000 -m 750 /book
VOLUME /book
USER 1000:1000
EOF
docker build -t guestbook:3 -f guestbook/Dockerfile.3 guestbook
docker volume create fresh-book
docker run -d --name fresh --mount source=fresh-book,target=/book guestbook:3
docker exec fresh python3 guestbook.py sign "Ching Shih"
