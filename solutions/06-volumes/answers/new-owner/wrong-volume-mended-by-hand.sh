# expect: touch /book/page
docker build -q -t guestbook:3 - <<'END'
FROM guestbook:2
RUN mkdir /book
ENV GUESTBOOK_VERSION=3
USER app
END
docker run --rm -v fresh-book:/book drydock/busybox:1 sh -c 'touch /book/guests.txt && chown -R 1000 /book'
docker run -d --name fresh -v fresh-book:/book guestbook:3
docker exec fresh python3 guestbook.py sign "Ching Shih"
