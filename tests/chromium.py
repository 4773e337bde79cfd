"""The Chromium that tests drive: Debian's, and what it is told to leave alone."""

import os
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
#: In CI a browser that is missing is a failure.
NEEDS_CHROMIUM = pytest.mark.skipif(
    not CHROMIUM.exists() and "CI" not in os.environ, reason="no Chromium: make setup-tests"
)
#: Without these Chromium asks the internet for updates at every start, or needs a sandbox that root can't have.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
