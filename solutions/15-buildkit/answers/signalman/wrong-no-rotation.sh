# expect: has lost its older lines
docker run -d --name signalman --cap-drop ALL signal:1
