# expect: tells nothing of a visit that the check has just made
docker run -d --name quiet drydock/nginx:1 sh -c 'echo "172.17.0.1 - - [x] \"GET /proof HTTP/1.1\" 404 153"; exec sleep 1d'
