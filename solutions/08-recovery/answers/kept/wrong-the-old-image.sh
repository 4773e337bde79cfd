# expect: Image north:open has BOOTH_PIER=North in its environment
docker tag booth:1 north:open
docker run -d --name north-2 -p 8802:8000 -e BOOTH_PIER=North north:open
