# expect: key.txt
cp keys/radio radio/key.txt
docker build -q -t radio:2 --build-arg KEY=none radio
docker run -d --name radio-2 -v "$PWD/keys/radio:/run/secrets/radio:ro" -e RADIO_KEY_FILE=/run/secrets/radio radio:2
