# expect: owner
docker run -d --name customs --user root -v customs:/book guestbook:3
