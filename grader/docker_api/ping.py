"""Does a daemon answer? A stopped process runs, but says nothing, and whoever asks it waits."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

_QUESTION = b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n"


def answers(host: str, seconds: float) -> bool:
    """Whether the daemon at ``host`` (a DOCKER_HOST value) begins to answer within so many seconds in all."""
    if urlsplit(host).scheme not in ("unix", "tcp", "http", "https"):
        return True  # ssh://: whoever has such a daemon sees to it
    end = time.monotonic() + seconds
    with suppress(OSError), _connected(host, seconds) as daemon:
        daemon.settimeout(max(0.01, end - time.monotonic()))
        daemon.sendall(_QUESTION)
        daemon.settimeout(max(0.01, end - time.monotonic()))
        return bool(daemon.recv(1))
    return False


def _connected(host: str, seconds: float) -> socket.socket:
    """Raises OSError."""
    address = urlsplit(host)
    if address.scheme == "unix":
        daemon = socket.socket(socket.AF_UNIX)
        try:
            daemon.settimeout(seconds)
            daemon.connect(address.path)
        except OSError:
            daemon.close()
            raise
        return daemon
    return socket.create_connection((address.hostname or "localhost", address.port or 2375), seconds)
