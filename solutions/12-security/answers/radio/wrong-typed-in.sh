# expect: names in container radio-2 holds the new key
sign=$(docker run --rm -i drydock/busybox:1 rev < keys/radio)
cat > radio/radio.sh <<EOF
echo "on the air, call sign $sign"
trap 'exit 0' TERM
while :; do sleep 1 & wait; done
EOF
sed -i '/KEY/d; /key.txt/d' radio/Dockerfile
docker build -q -t radio:2 radio
docker run -d --name radio-2 radio:2
