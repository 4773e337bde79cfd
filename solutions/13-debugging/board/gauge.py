"""The gauge: tells the height of the water to those who ask."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Gauge(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{os.environ['HEIGHT']}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


print("the gauge is at work", file=sys.stderr, flush=True)
HTTPServer(("0.0.0.0", 8000), Gauge).serve_forever()
