# expect: max-file=2
docker run -d --name signalman --log-opt max-size=40k --cap-drop ALL signal:1
