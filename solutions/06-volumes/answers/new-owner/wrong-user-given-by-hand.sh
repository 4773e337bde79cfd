# expect: touch /book/page
docker build -q -t guestbook:3 - <<'END'
FROM guestbook:2
RUN mkdir /book && chown app /book
ENV GUESTBOOK_VERSION=3
END
docker run -d --name fresh --user app -v fresh-book:/book guestbook:3
docker exec fresh python3 guestbook.py sign "Ching Shih"
