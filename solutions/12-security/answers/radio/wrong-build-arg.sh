# expect: does not contain 'KEY='
sed -i '/key.txt/d' radio/Dockerfile
docker build -q -t radio:2 --build-arg KEY=$(cat keys/radio) radio
docker run -d --name radio-2 -v "$PWD/keys/radio:/run/secrets/radio:ro" -e RADIO_KEY_FILE=/run/secrets/radio radio:2
