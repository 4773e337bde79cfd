# The folder stays root's: the next captain is a line in a file that is there, and that file is the user's.
docker cp terminal:/book/guests.txt today.txt
docker rm terminal
docker run --rm -i -v terminal-book:/b drydock/busybox:1 sh -c '
    cat >> /b/guests.txt
    chown 1000 /b/guests.txt
    chmod u+w /b/guests.txt' < today.txt
docker run -d --name terminal -v terminal-book:/book -p 8064:8000 terminal:3
