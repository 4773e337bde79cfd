# expect: /srv/booth/note.txt
docker start north
docker wait north
docker exec north sh -c 'echo "closed for repair" > note.txt'
