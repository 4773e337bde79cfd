# expect: capabilit
docker run -d --name signalman --log-opt max-size=20k --log-opt max-file=2 --cap-drop NET_RAW signal:1
