docker rename terminal morning
docker cp morning:/book/guests.txt - | docker run --rm -i -v terminal-book:/book drydock/busybox:1 sh -c '
    tar -xO -f - > /today.txt
    cat /today.txt /book/guests.txt > /book/all.txt
    mv /book/all.txt /book/guests.txt
    chown 1000:1000 /book /book/guests.txt
    chmod 644 /book/guests.txt'
docker create --name terminal --mount source=terminal-book,target=/book -p 8064:8000 terminal:3
docker start terminal
