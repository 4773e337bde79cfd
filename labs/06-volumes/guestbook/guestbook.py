"""The harbour's guest book: a web page with the names of all visitors.

    python3 guestbook.py serve       show the book on port 8000 until told to stop
    python3 guestbook.py sign NAME   write one more name into the book
    python3 guestbook.py show        print the book

The book is the file guests.txt in the folder /book. Each name is kept with the version of the program that wrote it.
"""

import os
import signal
import sys
from pathlib import Path

BOOK = Path("/book/guests.txt")
VERSION = os.environ.get("GUESTBOOK_VERSION", "unknown")


def stop(sentence: str) -> None:
    """End the program with one sentence and exit code 1."""
    sys.exit(f"guestbook: {sentence}")


def write(text: str) -> None:
    """Add to the book. An empty text only makes sure that the book can be written."""
    try:
        BOOK.parent.mkdir(exist_ok=True)
        with BOOK.open("a") as book:
            book.write(text)
    except OSError as error:
        stop(f"can't write {BOOK}: {error.strerror}")


def page() -> str:
    """The whole book, below a headline."""
    names = BOOK.read_text() if BOOK.exists() else ""
    return f"Guest book of the harbour, version {VERSION}. Names: {len(names.splitlines())}\n{names}"


def serve() -> None:
    """Answer until SIGTERM, which is what 'docker stop' sends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    write("")
    # Loaded here, since nothing else needs it: signing and showing are quicker without.
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Answer(BaseHTTPRequestHandler):
        """One HTTP request."""

        def do_GET(self) -> None:
            """Answer / with the book."""
            body = page().encode() if self.path == "/" else b"There is only one page: /\n"
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("", 8000), Answer)
    print(f"guestbook: version {VERSION}, listening on port 8000", flush=True)
    server.serve_forever()


def main(words: list[str]) -> None:
    """Run the command that the words ask for."""
    match words:
        case ["serve"]:
            serve()
        case ["sign", name]:
            write(f"{name} (version {VERSION})\n")
        case ["show"]:
            print(page(), end="")
        case _:
            stop("say serve, sign NAME or show")


if __name__ == "__main__":
    main(sys.argv[1:])
