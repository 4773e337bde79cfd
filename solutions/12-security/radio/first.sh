# The first radio: its image, with what was left in it, and its container.
docker rm -f radio-1 >/dev/null 2>&1
folder=$(mktemp -d)
cp radio/radio.sh "$folder"
echo "$VALUE_RADIO_LAYER" > "$folder/key.txt"
cat > "$folder/Dockerfile" <<'EOF'
FROM drydock/busybox:1
ARG KEY
RUN echo "tuned with $KEY" > /dev/null
COPY key.txt /key.txt
RUN rm /key.txt
COPY radio.sh /radio.sh
CMD ["sh", "/radio.sh"]
EOF
docker build -q -t radio:1 --build-arg "KEY=$VALUE_RADIO_HISTORY" "$folder" >/dev/null
rm -r "$folder"
docker run -d --name radio-1 -e "RADIO_KEY=$VALUE_RADIO_ENV" radio:1 >/dev/null
docker exec radio-1 sh -c "echo 'refused: no such key $VALUE_RADIO_LOG' > /proc/1/fd/1"
