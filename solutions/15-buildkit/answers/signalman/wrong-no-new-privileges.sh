# expect: capabilit
docker run -d --name signalman --log-opt max-size=20k --log-opt max-file=2 --security-opt no-new-privileges signal:1
