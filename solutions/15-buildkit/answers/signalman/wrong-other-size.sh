# expect: has lost its older lines
docker run -d --name signalman --log-opt max-size=100k --cap-drop ALL signal:1
