# expect: The log of container north
docker rm north
docker run -d --name north -p 8801:8000 -e BOOTH_PIER=North booth:1
echo "closed for repair" > note.txt
docker cp note.txt north:/srv/booth/
