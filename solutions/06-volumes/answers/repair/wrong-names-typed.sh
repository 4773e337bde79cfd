# expect: Edward Low of
docker rm -f terminal
docker run --rm -v terminal-book:/book drydock/busybox:1 sh -c '
    echo "Sadie Farrell (version 3)" >> /book/guests.txt
    echo "Edward Low (version 3)" >> /book/guests.txt
    chown -R 1000 /book
    chmod 644 /book/guests.txt'
docker run -d --name terminal -v terminal-book:/book -p 8064:8000 terminal:3
