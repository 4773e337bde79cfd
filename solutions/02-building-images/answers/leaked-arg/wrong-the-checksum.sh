# expect: No ticket, no trip.
docker run --name aboard ferry:1 "$(docker run --rm --entrypoint cut ferry:1 -d ' ' -f 1 /etc/ticket)"
