# Everything on this side: both files out, one file back.
docker cp terminal:/book/guests.txt today.txt
place=$(docker inspect --format '{{range .Mounts}}{{if eq .Name "terminal-book"}}{{.Destination}}{{end}}{{end}}' terminal)
docker cp terminal:$place/guests.txt old.txt
cat old.txt today.txt > guests.txt
docker rm terminal
docker create --name terminal -v terminal-book:/book -p 8064:8000 terminal:3
docker run -d --name porter -v terminal-book:/book drydock/busybox:1 sleep 1d
docker cp guests.txt porter:/book/guests.txt
docker exec porter chown 1000:1000 /book /book/guests.txt
docker exec porter chmod 644 /book/guests.txt
docker rm -f porter
docker start terminal
