"""The notice board: a web page that is drawn anew for every visitor."""

import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def draw() -> str:
    """Drawing is work: each time it takes 50 milliseconds of a CPU, on any machine."""
    end = time.thread_time() + 0.05
    ripples = 0
    while time.thread_time() < end:
        ripples += 1
    return f"<h1>Harbour board</h1>\n<p>Berth 4 is free. Ripples drawn: {ripples}</p>\n"


class Board(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = draw().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("the board is up", flush=True)
ThreadingHTTPServer(("", 8000), Board).serve_forever()
