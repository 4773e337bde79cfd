# The image itself, as root for once.
docker run --rm --user root --entrypoint chown -v customs:/book guestbook:3 -R app:app /book
docker run -d --name customs --mount source=customs,target=/book guestbook:3
