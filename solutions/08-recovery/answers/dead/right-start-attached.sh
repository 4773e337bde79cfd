docker start --attach north
printf 'closed for repair\n' > note.txt
tar -c note.txt | docker cp - north:/srv/booth
