# expect: touch /book/new-page
docker run --rm -v customs:/book drydock/busybox:1 chown 1000 /book/guests.txt
docker run -d --name customs -v customs:/book guestbook:3
