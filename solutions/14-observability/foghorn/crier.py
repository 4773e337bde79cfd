"""Says aloud what Alertmanager sends to its webhook. Standard library only."""

import http.server
import json


class Crier(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for alert in sent["alerts"]:
            labels = alert["labels"]
            print(alert["status"].upper(), labels["alertname"], labels.get("ship", "-"), flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words):
        """Not a line for each visit."""


print("The crier is awake.", flush=True)
http.server.ThreadingHTTPServer(("", 8000), Crier).serve_forever()
