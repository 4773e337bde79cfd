# expect: tells nothing of a visit that the check has just made
docker network create --internal --subnet 10.55.5.0/24 strongroom
docker run -d --name lockbox --network strongroom drydock/nginx:1 sh -c 'echo "10.55.5.1 - - [x] \"GET /proof HTTP/1.1\" 404 153"; exec sleep 1d'
