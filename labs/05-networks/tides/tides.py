"""Tides: a small web service that tells when the water is high in a harbour.

    python3 tides.py load            read harbours.csv and make the database tides.db
    python3 tides.py show HARBOUR    print one harbour and exit
    python3 tides.py serve           answer over HTTP until told to stop

The files are looked for in the folder where the program is started.
Settings come from the environment: TIDES_PORT, TIDES_VERSION, TIDES_LOGBOOK.
The times are made up for this course. Don't sail by them.
"""

import csv
import json
import os
import signal
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATABASE = Path("tides.db")
SOURCE = Path("harbours.csv")


def stop(sentence: str) -> None:
    """End the program with one sentence and exit code 1."""
    sys.exit(f"tides: {sentence}")


def load() -> None:
    """Make the database from the CSV file."""
    DATABASE.unlink(missing_ok=True)
    with SOURCE.open(newline="") as lines, sqlite3.connect(DATABASE) as database:
        database.execute("CREATE TABLE harbour (name TEXT PRIMARY KEY, high_water TEXT, height_m REAL)")
        rows = [(row["harbour"], row["high_water"], row["height_m"]) for row in csv.DictReader(lines)]
        database.executemany("INSERT INTO harbour VALUES (?, ?, ?)", rows)
    print(f"{len(rows)} harbours loaded into {DATABASE.resolve()}")


def harbours() -> dict[str, dict[str, object]]:
    """All harbours by name."""
    if not DATABASE.exists():
        stop(f"there is no tides.db in {Path.cwd()}. Run 'python3 tides.py load' there first.")
    with sqlite3.connect(f"file:{DATABASE}?mode=ro&immutable=1", uri=True) as database:
        found = database.execute("SELECT name, high_water, height_m FROM harbour ORDER BY name").fetchall()
    return {name: {"harbour": name, "high_water": time, "height_m": height} for name, time, height in found}


def show(name: str) -> None:
    """Print one harbour."""
    known = harbours()
    if name not in known:
        stop(f"no harbour is called {name}. Known: {', '.join(known)}.")
    print(f"{name}: high water at {known[name]['high_water']}, {known[name]['height_m']} m")


class Answer(BaseHTTPRequestHandler):
    """One HTTP request."""

    def do_GET(self) -> None:
        """Answer /health, /tides and /tides/HARBOUR with JSON."""
        version = os.environ.get("TIDES_VERSION", "unknown")
        pages: dict[str, object] = {
            "/health": {"status": "ok", "version": version},
            "/tides": list(harbours()),
        }
        pages |= {f"/tides/{name}": harbour for name, harbour in harbours().items()}
        status = 200 if self.path in pages else 404
        body = json.dumps(pages.get(self.path, {"error": f"nothing at {self.path}"})).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Write a line to the log, and to the logbook when there is one."""
        line = format % values
        print(line, flush=True)
        if logbook := os.environ.get("TIDES_LOGBOOK"):
            with Path(logbook).open("a") as book:
                book.write(line + "\n")


def serve() -> None:
    """Answer until SIGTERM, which is what 'docker stop' sends."""
    if logbook := os.environ.get("TIDES_LOGBOOK"):
        try:
            Path(logbook).touch()
        except OSError as error:
            stop(f"can't write the logbook {logbook}: {error.strerror}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = int(os.environ.get("TIDES_PORT", "8000"))
    known = len(harbours())
    server = ThreadingHTTPServer(("", port), Answer)
    print(f"tides: {known} harbours, listening on port {port}", flush=True)
    server.serve_forever()


def main(words: list[str]) -> None:
    """Run the command that the words ask for."""
    match words:
        case ["load"]:
            load()
        case ["show", name]:
            show(name)
        case ["serve"]:
            serve()
        case _:
            stop("say load, show HARBOUR or serve")


if __name__ == "__main__":
    main(sys.argv[1:])
