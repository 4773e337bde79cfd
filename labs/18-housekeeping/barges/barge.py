"""A barge takes one passenger at a time, for a tenth of a second."""

import http.server
import os
import threading
import time

GANGPLANK = threading.Lock()


class Barge(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/health":
            with GANGPLANK:
                time.sleep(0.1)
        body = f"{os.environ['BARGE']}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


http.server.ThreadingHTTPServer(("", 8000), Barge).serve_forever()
