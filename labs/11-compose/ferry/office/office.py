"""The ferry office. One program, three trades: python3 office.py api | prepare | print

The passengers' book is a Redis. It is asked in Redis's own protocol, so nothing has to be installed.
"""

import json
import os
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BOOK = os.environ.get("BOOK_HOST", "book")


def password() -> str:
    """From a file, if one is named; else from the environment."""
    if file := os.environ.get("BOOK_PASSWORD_FILE"):
        return Path(file).read_text().strip()
    return os.environ.get("BOOK_PASSWORD", "")


def ask(*words: object, patience: float = 3):
    """One command to the book, and its answer."""
    with socket.create_connection((BOOK, 6379), timeout=patience) as line, line.makefile("rwb") as book:
        for command in ([("AUTH", password())] if password() else []) + [words]:
            texts = [str(word).encode() for word in command]
            book.write(b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%s\r\n" % (len(text), text) for text in texts))
            book.flush()
            answer = read(book)
        return answer


def read(book):
    kind, rest = (line := book.readline().strip().decode())[:1], line[1:]
    if kind == "-":
        raise RuntimeError(rest)
    if kind == "$":
        return book.read(int(rest) + 2)[:-2].decode() if int(rest) >= 0 else None
    if kind == "*":
        return [read(book) for _ in range(int(rest))] if int(rest) >= 0 else None
    return int(rest) if kind == ":" else rest


def ticket(number: int) -> dict:
    flat = ask("HGETALL", f"ticket:{number}")
    return dict(zip(flat[::2], flat[1::2], strict=True))


class Counter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/":
            notice = Path("/notice.txt")
            self.say(200, "The ferry office\n" + (notice.read_text() if notice.exists() else ""))
        elif self.path == "/health":
            try:
                self.say(200, {"book": ask("PING")})
            except (OSError, RuntimeError) as error:
                self.say(503, {"book": str(error)})
        elif self.path.startswith("/tickets/") and (found := ticket(self.path.rpartition("/")[2])):
            self.say(200, found)
        else:
            self.say(404, {"error": "no such ticket"})

    def do_POST(self) -> None:
        number = ask("INCR", "tickets")
        to = self.path.rpartition("/")[2]
        ask("HSET", f"ticket:{number}", "number", number, "to", to, "state", "waiting")
        ask("LPUSH", "queue", number)
        self.say(201, ticket(number))

    def say(self, status: int, what: object) -> None:
        body = (what if isinstance(what, str) else json.dumps(what) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def api() -> None:
    # Version 2 is careful: no counter is opened without a book.
    if os.environ.get("CAREFUL") and not ask("GET", "season"):
        sys.exit("Nobody has prepared the book.")
    print("The office is open.", flush=True)
    ThreadingHTTPServer(("", 8000), Counter).serve_forever()


def prepare() -> None:
    ask("SET", "season", "summer")
    print("The book is prepared.")


def printer() -> None:
    me = socket.gethostname()
    print("The printer is on.", flush=True)
    while True:
        try:
            found = ask("BRPOP", "queue", 1)
        except OSError:
            time.sleep(0.2)
            continue
        if found:
            ask("HSET", f"ticket:{found[1]}", "state", "printed", "printer", me)
            print(f"Ticket {found[1]} printed.", flush=True)


def main() -> None:
    # Process 1 gets no default handlers: without this line a stop would take ten seconds.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        {"api": api, "prepare": prepare, "print": printer}[sys.argv[1]]()
    except (OSError, RuntimeError) as error:
        sys.exit(f"The book ({BOOK}) does not answer: {error}")


main()
