"""Lookout: a small web service that tells which ships are in sight.

    python3 lookout.py         answer over HTTP until told to stop
    python3 lookout.py probe   ask the lookout in this container: exit code 0 when all is well, 1 when not

There is one lookout, so visitors are answered one after another:

    /          the ships in sight
    /health    "all well"
    /fog       stare into the fog and never come back: so a program hangs

Settings come from the environment: LOOKOUT_PORT (8000), LOOKOUT_WARMUP (seconds until it opens its eyes),
LOOKOUT_SLOW (seconds that /health takes), LOOKOUT_ASKS (an address that must answer when it starts).
"""

import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import urlopen

SHIPS = "In sight: Aurora, Meridian, Old Nell.\n"


def say(sentence: str) -> None:
    """Write a line to the log."""
    print(f"lookout: {sentence}", flush=True)


def stop(sentence: str) -> None:
    """End the program with one sentence and exit code 1."""
    sys.exit(f"lookout: {sentence}")


def port() -> int:
    """The port to listen on."""
    text = os.environ.get("LOOKOUT_PORT", "8000")
    if not text.isdecimal():
        stop(f"LOOKOUT_PORT must be a number, but it is '{text}'")
    return int(text)


class Answer(BaseHTTPRequestHandler):
    """One visitor."""

    def do_GET(self) -> None:
        """Answer /, /health and /fog."""
        # The line is written first: a request that is never answered shows in the log, too.
        say(f"GET {self.path}")
        if self.path == "/fog":
            say("fog! I can't see a thing.")
            threading.Event().wait()
        if self.path == "/health":
            time.sleep(float(os.environ.get("LOOKOUT_SLOW", "0")))
        pages = {"/": SHIPS, "/health": "all well\n"}
        body = pages.get(self.path, "nothing here\n").encode()
        self.send_response(200 if self.path in pages else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: do_GET has said it."""


def ask(address: str, patience: float) -> None:
    """End the program unless somebody answers at the address."""
    try:
        with urlopen(address, timeout=patience) as answer:
            say(f"{address} says: {answer.read().decode().strip()}")
    except OSError as error:
        stop(f"{address} doesn't answer: {error}")


def serve() -> None:
    """Answer until SIGTERM, which is what 'docker stop' sends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    number = port()
    if address := os.environ.get("LOOKOUT_ASKS"):
        ask(address, patience=10)
    time.sleep(float(os.environ.get("LOOKOUT_WARMUP", "0")))
    server = HTTPServer(("", number), Answer)
    say(f"eyes open, port {number}")
    server.serve_forever()


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            serve()
        case ["probe"]:
            ask(f"http://localhost:{port()}/health", patience=5)
        case _:
            stop("say nothing, or say probe")
