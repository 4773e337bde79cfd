# expect: does not have RADIO_KEY in its environment
sed -i '/KEY/d; /key.txt/d' radio/Dockerfile
docker build -q -t radio:2 radio
docker run -d --name radio-2 -e RADIO_KEY="$(cat keys/radio)" radio:2
