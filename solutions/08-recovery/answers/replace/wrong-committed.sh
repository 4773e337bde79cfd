# expect: The history of image booth:2 contains 'BOOTH_LEDGER'
docker commit --change 'ENV BOOTH_LEDGER=/data/tickets.txt' south booth:2
docker stop south
docker rename south south-old
docker create --name south -p 8804:8000 -v south-data:/data booth:2
docker cp south-old:/srv/booth/tickets.txt - | docker cp - south:/data
docker start south
