# expect: Container customs is running
docker run --rm -v customs:/book drydock/busybox:1 chown 1000 /book
docker run -d --name customs -v customs:/book guestbook:3
docker wait customs
