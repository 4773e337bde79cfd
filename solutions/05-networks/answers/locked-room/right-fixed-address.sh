docker network create --internal --subnet 10.55.5.0/24 strongroom
docker run -d --name lockbox --network strongroom --ip 10.55.5.77 drydock/nginx:1
timeout 40 sh -c 'until docker exec lockbox wget -q -O /dev/null http://127.0.0.1/; do sleep 0.1; done' 2>/dev/null
docker run --rm --network host drydock/python:3 python3 -c '
from urllib.request import urlopen
urlopen("http://10.55.5.77/proof")'
