# expect: Container mess-2 has no zombies
docker tag mess:1 mess:2
docker run -d --name mess-init --init mess:1
docker run -d --name mess-2 --init mess:2
