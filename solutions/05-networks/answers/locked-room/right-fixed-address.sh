docker network create --internal --subnet 10.55.5.0/24 strongroom
docker run -d --name lockbox --network strongroom --ip 10.55.5.77 drydock/nginx:1
docker run --rm --network host drydock/python:3 python3 -c '
from urllib.request import urlopen
urlopen("http://10.55.5.77/proof")'
