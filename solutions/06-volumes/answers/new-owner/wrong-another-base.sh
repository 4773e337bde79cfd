# expect: is built on guestbook:2
docker build -q -t guestbook:3 -f - guestbook <<'EOF'
FROM drydock/python:3
RUN mkdir /book && chown app /book
WORKDIR /app
COPY guestbook.py .
ENV GUESTBOOK_VERSION=3
USER app
ENTRYPOINT ["python3", "guestbook.py"]
CMD ["serve"]
EOF
docker run -d --name fresh -v fresh-book:/book guestbook:3
docker exec fresh python3 guestbook.py sign "Ching Shih"
