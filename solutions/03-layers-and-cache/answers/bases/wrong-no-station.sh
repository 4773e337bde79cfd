# expect: station
sed 's/python:3/busybox:1/' gauge-log/Dockerfile | docker build -q -t gauge-log:thin -f - gauge-log
