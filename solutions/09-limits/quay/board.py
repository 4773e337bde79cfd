"""The notice board: a web page that is drawn anew for every visitor."""

import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def draw() -> str:
    """Drawing is work for the CPU: the same amount each time."""
    ripples = 0
    for x in range(2_000_000):
        ripples ^= x * x
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
