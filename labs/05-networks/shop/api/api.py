"""The chandlery's API: looks up in the stock book how much of a thing there is.

The book is kept by a Redis server. This program calls it `db`, port 6379, and knows no other name.

    GET /health         can the book be read?
    GET /stock/rope     how many ropes are left?

What goes wrong is written to the log: `docker logs`.
"""

import re
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOOK = ("db", 6379)


class Trouble(Exception):
    """The book can't be read, and why."""


def ask(command: str) -> str:
    """One question to Redis, and its answer, in the protocol's plain form (RESP)."""
    try:
        connection = socket.create_connection(BOOK, timeout=2)
    except socket.gaierror:
        raise Trouble(f"the name {BOOK[0]} is unknown here") from None
    except OSError as error:
        raise Trouble(f"no connection to {BOOK[0]}:{BOOK[1]}: {error}") from None
    with connection, connection.makefile("rw", newline="\r\n") as talk:
        talk.write(f"{command}\r\n")
        talk.flush()
        answer = talk.readline().strip()
        if answer.startswith("$"):  # so many characters follow, or -1: there is no such thing
            answer = "" if answer == "$-1" else talk.readline().strip()
    return answer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        try:
            self.answer(*self.look_up())
        except Trouble as trouble:
            self.log_error("%s", trouble)
            self.answer(503, "The stock book can't be read. The log says why.")

    def look_up(self) -> tuple[int, str]:
        if self.path == "/health":
            return 200, f"the book says {ask('PING')}"
        if found := re.fullmatch(r"/stock/([a-z]+)", self.path):
            thing = found[1]
            left = ask(f"HGET book {thing}")
            return (200, f"{thing}: {left}") if left else (404, f"{thing} is not in the book")
        return 404, "Ask for /health or /stock/THING."

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(f"{text}\n".encode())

    def log_message(self, form: str, *values: object) -> None:
        print(form % values, file=sys.stderr, flush=True)


ThreadingHTTPServer(("", 8000), Handler).serve_forever()
