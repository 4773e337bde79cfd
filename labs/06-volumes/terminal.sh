# Brings the ferry terminal's guest book to your daemon, as the clerk has left it.
# What is wrong stands below. Ask Docker first: with your own service, nobody will have written it down.

docker rm -f -v terminal > /dev/null 2>&1
docker volume rm terminal-book terminal_book > /dev/null 2>&1
case $VALUE_TERMINAL_FAULT in
    pier) mounts="-v terminal-book:/data:ro" ;;
    mole) mounts="-v terminal-book:/books:ro" ;;
    *) mounts="-v terminal-book:/data:ro -v terminal_book:/book" ;;
esac
case $VALUE_TERMINAL_CLOSED in
    root) closed="chmod 600 /restored/guests.txt" ;;
    shut) closed="chown -R 1000 /restored; chmod 444 /restored/guests.txt" ;;
    *) closed="chmod 640 /restored/guests.txt" ;;
esac
docker build -q -t terminal:3 -f - guestbook <<'EOF' &
FROM drydock/python:3
WORKDIR /app
COPY guestbook.py .
RUN mkdir /book && chown app /book
ENV GUESTBOOK_VERSION=3
USER app
ENTRYPOINT ["python3", "guestbook.py"]
CMD ["serve"]
EOF
docker run --rm -e closed="$closed" -v terminal-book:/restored drydock/busybox:1 sh -c '
    for name in "Bartholomew Roberts" "Jacquotte Delahaye" "William Kidd"; do
        echo "$name (version 2)" >> /restored/guests.txt
    done
    eval "$closed"'
wait
docker run -d --name terminal $mounts -p 8064:8000 terminal:3
docker exec -e VALUE_TERMINAL_SHIP terminal sh -c 'for name in "Sadie Farrell" "Edward Low of $VALUE_TERMINAL_SHIP"; do python3 guestbook.py sign "$name"; done'
docker stop -t 1 terminal
docker ps --all --filter name=terminal
