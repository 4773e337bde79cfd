sed -i '/KEY/d; /key.txt/d' radio/Dockerfile
docker build -q -t radio:2 radio
docker volume create radio-keys
docker run --rm -i -v radio-keys:/k drydock/busybox:1 sh -c "cat > /k/radio" < keys/radio
docker run -d --name radio-2 -v radio-keys:/run/secrets:ro -e RADIO_KEY_FILE=/run/secrets/radio radio:2
