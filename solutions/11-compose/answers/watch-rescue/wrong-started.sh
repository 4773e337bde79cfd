# expect: there is nothing at rescued/fares.txt
mkdir -p rescued
docker start old-office
docker exec old-office cat /srv/fares.txt > rescued.txt
