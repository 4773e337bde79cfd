# expect: in `docker inspect`
sed -i '/KEY/d; /key.txt/d' radio/Dockerfile
docker build -q -t radio:2 radio
docker run -d --name radio-2 --label key="$(cat keys/radio)" -v "$PWD/keys/radio:/run/secrets/radio:ro" -e RADIO_KEY_FILE=/run/secrets/radio radio:2
