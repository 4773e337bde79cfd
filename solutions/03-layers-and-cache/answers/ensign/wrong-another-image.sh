# expect: Image ensign:1 is built on drydock/busybox:1
docker build -q -t ensign:1 - <<EOF
FROM drydock/python:3
ENTRYPOINT ["echo", "ensign:"]
CMD ["$VALUE_ENSIGN"]
EOF
docker run --rm ensign:1
docker run --rm ensign:1 black
