# expect: Container terminal is running
docker cp terminal:/book/guests.txt today.txt
docker rm terminal
docker run --rm -i -v terminal-book:/book drydock/busybox:1 sh -c 'cat >> /book/guests.txt' < today.txt
docker run -d --name terminal -v terminal-book:/book -p 8064:8000 terminal:3
docker wait terminal
