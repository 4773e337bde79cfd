"""Booth: sells tickets for the harbour ferry.

    python3 booth.py    answer over HTTP until told to stop

GET  /         everything the booth knows, as JSON
POST /tickets  sell a ticket to the name in the request
POST /found    note a thing that somebody has left on the ferry

Fares, ledger and list of things found are files in the folder where the program is started.
Settings come from the environment: BOOTH_PIER, BOOTH_LEDGER, BOOTH_SEASON.
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

VERSION = 2
NEEDED = ["BOOTH_PIER"]
BEFORE_OPENING = ["settings", "fares"]
FARES = Path("fares.json")
FOUND = Path("found.txt")
LEDGER = Path(os.environ.get("BOOTH_LEDGER", "tickets.txt"))
GREETING = "Mind the gap."


def stop(sentence: str) -> NoReturn:
    """End the program with one sentence and exit code 1."""
    sys.exit(f"booth: {sentence}")


def lines(path: Path) -> list[str]:
    """All lines of a file; none if there is no such file yet."""
    return path.read_text().splitlines() if path.exists() else []


def settings() -> dict[str, str | None]:
    """What the environment says."""
    for name in NEEDED:
        if not os.environ.get(name):
            stop(f"version {VERSION} needs the environment variable {name}, and it is not set.")
    known = {name.removeprefix("BOOTH_").lower(): os.environ[name] for name in NEEDED}
    return {**known, "season": os.environ.get("BOOTH_SEASON")}


def fares() -> dict[str, dict[str, int]]:
    """What a ticket costs."""
    try:
        return {"fares": dict(json.loads(FARES.read_text()))}
    except FileNotFoundError:
        stop(f"there is no {FARES} in {Path.cwd()}.")
    except OSError as error:
        stop(f"can't read {FARES}: {error.strerror}.")
    except ValueError as error:
        stop(f"{FARES} is broken: {error}")


def ledger() -> dict[str, str]:
    """Nothing to tell, but the ledger must take tickets."""
    try:
        LEDGER.open("a").close()
    except OSError as error:
        stop(f"can't write {LEDGER}: {error.strerror}.")
    return {}


class Booth(BaseHTTPRequestHandler):
    """One HTTP request. The settings are read once, at the start of the program."""

    known: dict[str, object]

    def do_GET(self) -> None:
        """Tell everything."""
        page = {**self.known, "tickets": lines(LEDGER), "found": lines(FOUND)}
        self.answer(200 if self.path == "/" else 404, page if self.path == "/" else {"error": "no such page"})

    def do_POST(self) -> None:
        """Add a line to one of the files."""
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode().strip()
        book = {"/tickets": LEDGER, "/found": FOUND}.get(self.path)
        if book is None or not text:
            self.answer(404, {"error": "post a text to /tickets or /found"})
            return
        try:
            with book.open("a") as file:
                file.write(text + "\n")
        except OSError as error:
            print(f"booth: can't write {book}: {error.strerror}", flush=True)
            self.answer(500, {"error": f"can't write {book}: {error.strerror}"})
            return
        print(f"{self.path}: {text}", flush=True)
        self.answer(200, {"noted": text, "greeting": GREETING})

    def answer(self, status: int, page: dict[str, object]) -> None:
        """Send a page as JSON."""
        body = json.dumps(page, ensure_ascii=False).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Visitors who only look are not worth a line."""


def main() -> None:
    """Answer until SIGTERM, which is what 'docker stop' sends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    steps = {"settings": settings, "fares": fares, "ledger": ledger}
    Booth.known = {"version": VERSION}
    for step in BEFORE_OPENING:
        Booth.known.update(steps[step]())
    print(f"booth: {Booth.known['pier']} pier, version {VERSION}, open on port 8000", flush=True)
    ThreadingHTTPServer(("", 8000), Booth).serve_forever()


if __name__ == "__main__":
    main()
