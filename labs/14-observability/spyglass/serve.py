"""Serves what metrics.py writes, at port 8000, to whoever comes; reads metrics.py anew for each visit."""

import http.server
import importlib
import traceback

import metrics
from daemon import get


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            status, text = 200, "".join(line + "\n" for line in importlib.reload(metrics).lines(get))
        except Exception:
            status, text = 500, traceback.format_exc()
            print(text, flush=True)
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *words):
        """Not a line for each visit."""


server = http.server.ThreadingHTTPServer(("", 8000), Page)
print("The spyglass looks out at port 8000.", flush=True)
server.serve_forever()
