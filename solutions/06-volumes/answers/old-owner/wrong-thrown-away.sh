# expect: Jean Bart (version 1)
docker volume rm customs
docker run -d --name customs -v customs:/book guestbook:3
