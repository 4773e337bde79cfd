# expect: is typed in nowhere
sign=$(docker run --rm -i drydock/busybox:1 rev < keys/radio)
sed -i '/KEY/d; /key.txt/d' radio/Dockerfile
docker build -q -t radio:2 radio
docker run -d --name radio-2 -v "$PWD/keys/radio:/run/secrets/radio:ro" -e RADIO_KEY_FILE=/run/secrets/radio radio:2 sh -c "echo on the air, call sign $sign; exec sleep 1d"
