# expect: /tune.txt
cat > tuner/Dockerfile <<EOF
FROM drydock/python:3 AS a
COPY tune.py /
RUN python3 /tune.py fog > /tune.txt
FROM drydock/busybox:1
COPY --from=a /tune.txt /tune.txt
EOF
docker build -q -t tune:1 tuner
