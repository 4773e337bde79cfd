# Alertmanager, and the town crier whom it calls. Those that are there stay, and are started where they lie stopped.
docker start towncrier >/dev/null 2>&1 || docker run -d --name towncrier --network signals \
    -v "$PWD/foghorn:/foghorn:ro" drydock/python:3 python3 /foghorn/crier.py >/dev/null
docker start foghorn >/dev/null 2>&1 || docker run -d --name foghorn --network signals -p 8144:9093 \
    -v "$PWD/foghorn:/etc/alertmanager:ro" drydock/alertmanager:0 >/dev/null
