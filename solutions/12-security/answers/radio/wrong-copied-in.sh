# expect: No layer of image radio:2 has a file containing
cp keys/radio radio/key.txt
sed -i '/KEY/d; /rm .key.txt/d' radio/Dockerfile
docker build -q -t radio:2 radio
docker run -d --name radio-2 -e RADIO_KEY_FILE=/key.txt radio:2
