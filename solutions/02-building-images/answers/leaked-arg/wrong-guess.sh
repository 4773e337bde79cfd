# expect: No ticket, no trip.
docker run --name aboard ferry:1 hunter2
