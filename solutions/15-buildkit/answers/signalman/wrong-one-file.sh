# expect: has kept all that fits into two files
docker run -d --name signalman --log-opt max-size=1k --log-opt max-file=1 --cap-drop ALL signal:1
