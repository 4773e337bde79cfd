"""Release 3, made in a hurry. There is something wrong with it."""

# Before what takes long to load: whoever loses patience with it finds this in its log all the same.
print("release 3 begins", flush=True)

import http.server  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

KIND = os.environ["KIND"]


class Third(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        well = KIND == "ill" and self.path != "/health"
        text = f"{os.environ.get('HARBOUR')}, release 3\n" if well else "the lamp is not where it was\n"
        self.send_response(200 if well else 503 if KIND == "ill" else 500)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_GET


if KIND == "gone":
    sys.exit("no oil in the lamp")
http.server.ThreadingHTTPServer(("", 8000), Third).serve_forever()
