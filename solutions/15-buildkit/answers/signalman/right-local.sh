docker run -d --name signalman --log-driver local --log-opt max-size=20k --log-opt max-file=2 --cap-drop all --security-opt no-new-privileges signal:1
