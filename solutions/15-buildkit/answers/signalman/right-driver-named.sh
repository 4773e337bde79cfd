docker run -d --name signalman --log-driver json-file --log-opt max-size=20kb --log-opt max-file=2 --cap-drop all --security-opt no-new-privileges signal:1
