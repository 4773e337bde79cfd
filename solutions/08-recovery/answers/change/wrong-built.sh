# expect: Image north:winter has an author
docker commit north north:open
printf 'FROM north:open\nENV BOOTH_SEASON=winter\n' | docker build -q -t north:winter -
