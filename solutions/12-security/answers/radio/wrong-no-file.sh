# expect: is on the air with the new key
sed -i '/KEY/d; /key.txt/d' radio/Dockerfile
docker build -q -t radio:2 radio
docker run -d --name radio-2 -e RADIO_KEY_FILE=/run/secrets/radio radio:2
