"""A guest asks at the gate, again and again: says when the release is another one, and what was lost."""

import http.client
import re
import sys
import time
import urllib.error
import urllib.request

GATE = sys.argv[1]


def ask() -> str:
    """What the gate gave: a release, or a loss."""
    try:
        with urllib.request.urlopen(GATE, timeout=20) as answer:
            text = answer.read().decode("utf-8", "replace")
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        return f"LOST: {error}"
    release = re.search(r"release \S+", text)
    return release[0] if release else f"LOST: no release in the answer {text[:60]!r}"


def main() -> None:
    before = ""
    while True:
        now = ask()
        if now != before:
            print(now, flush=True)
        before = now
        time.sleep(0.05)


if __name__ == "__main__":
    main()
