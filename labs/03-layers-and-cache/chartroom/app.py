"""Chartroom: a small web service that tells how deep the harbour is.

GET /health        is it alive, and what does it call itself
GET /depth/X/Y     depth in metres at a point of the grid
"""

import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

GREETING = "chartroom, first edition"
PORT = 8000
DEPTHS = json.loads(Path("depths.json").read_text())


def page(path: str) -> tuple[int, dict[str, object]]:
    """Status and content for a path."""
    match path.strip("/").split("/"):
        case ["health"]:
            return 200, {"status": "ok", "greeting": GREETING}
        case ["depth", x, y] if x.isdigit() and y.isdigit() and int(y) < len(DEPTHS) and int(x) < len(DEPTHS[0]):
            return 200, {"x": int(x), "y": int(y), "depth_m": DEPTHS[int(y)][int(x)]}
        case _:
            return 404, {"error": f"nothing at {path}"}


class Answer(BaseHTTPRequestHandler):
    """One HTTP request."""

    def do_GET(self) -> None:
        """Answer with JSON."""
        status, content = page(self.path)
        body = json.dumps(content).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"{GREETING}: listening on port {PORT}", flush=True)
    ThreadingHTTPServer(("", PORT), Answer).serve_forever()
