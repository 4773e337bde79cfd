# expect: Image mess:2 is another image than mess:1
docker run -d --name mess-init --init mess:1
docker tag mess:1 mess:2
docker run -d --name mess-2 mess:2 sh -c 'echo message 2 is delivered; echo dish 4 is ready; while sleep 60; do :; done' mess.py
