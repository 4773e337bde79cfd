"""An office: it takes its files, calls its carriers, and then shows its page to everybody. office.py NAME"""

import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = sys.argv[1]


def draw() -> str:
    """Drawing is work: each time it takes 0.3 seconds of a CPU, on any machine."""
    end = time.thread_time() + 0.3
    ripples = 0
    while time.thread_time() < end:
        ripples += 1
    return f"<h1>The {NAME} is open</h1>\n<p>Ripples drawn: {ripples}</p>\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = draw().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"{NAME}: taking the files", flush=True)
files = bytearray(b"x") * (40 * 1024 * 1024)
for carrier in range(1, 21):
    try:
        # To the kernel a thread is a process like others: it counts.
        threading.Thread(target=time.sleep, args=(86400,), daemon=True).start()
    except RuntimeError as error:
        sys.exit(f"{NAME}: carrier {carrier} didn't come: {error}")
print(f"{NAME}: 20 carriers are out", flush=True)
ThreadingHTTPServer(("", 8000), Page).serve_forever()
