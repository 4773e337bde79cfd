"""The board: asks the gauge, writes the height into its journal, and shows it to passengers."""

import os
import signal
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

GAUGE = os.environ.get("BOARD_GAUGE", "http://gauge:8000/")
BIND = os.environ.get("BOARD_BIND", "0.0.0.0")
JOURNAL = Path("/spool/journal")

signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))


def say(text):
    print(text, file=sys.stderr, flush=True)


def ask():
    tries = 3
    for left in reversed(range(tries)):
        try:
            with urllib.request.urlopen(GAUGE, timeout=5) as answer:
                return answer.read().decode().strip()
        except OSError as error:
            say(f"asking {GAUGE}: {error}")
            if left:
                time.sleep(0.3)
    sys.exit(3)


def note(height):
    try:
        JOURNAL.write_text(f"{height:>80}\n" * 3000, encoding="ascii")
    except OSError as error:
        say(f"writing {JOURNAL}: {error}")
        sys.exit(4)


class Board(BaseHTTPRequestHandler):
    def do_GET(self):
        height = ask()
        note(height)
        body = f"Water at the quay: {height}. The journal has {JOURNAL.stat().st_size} bytes.\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


say("the board starts")
note(ask())
say(f"the board is open, at {BIND} port 8000")
HTTPServer((BIND, 8000), Board).serve_forever()
