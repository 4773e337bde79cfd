"""The way from a student's localhost to the Hub: to its API and to nothing else.

Inside everybody knows where it is. A page of the Hub's is none of theirs to ask for there, least of all its login: each
password that is tried costs the machine a processor for a while, which no limit of the student's counts.
"""

from __future__ import annotations

import asyncio
import re
import socket
from urllib.parse import urlparse

#: RFC 9112. What is read in two ways is passed on in none.
_REQUEST = re.compile(rb"[A-Z]+ ([!-~]+) HTTP/1\.[01]")
_FIELD = re.compile(rb"([\w!#$%&'*+.^`|~-]+):[^\r\n]*", re.ASCII)
_END = b"\r\n\r\n"


class TheHub:
    """Where its API is (JupyterHub's JUPYTERHUB_API_URL), whatever its port is inside."""

    def __init__(self, api: str) -> None:
        url = urlparse(api)
        self._address = url.hostname or "127.0.0.1", url.port or (443 if url.scheme == "https" else 80)
        self._api = url.path.rstrip("/").encode()

    def connect(self, _port: int) -> socket.socket:
        made = socket.create_connection(self._address, timeout=5)
        made.settimeout(None)
        return made

    async def admit(self, reader: asyncio.StreamReader) -> bytes:
        """The head of a request to the API, as the Hub shall get it: the only one of its connection.

        Raises PermissionError for any other.
        """
        try:
            head = await reader.readuntil(_END)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise PermissionError("no request") from error
        first, *fields = head.removesuffix(_END).split(b"\r\n")
        asked = _REQUEST.fullmatch(first)
        names = [found and found[1].lower() for found in map(_FIELD.fullmatch, fields)]
        if asked is None or None in names or not re.match(re.escape(self._api) + rb"(?:[/?]|$)", asked[1]):
            raise PermissionError("not of the Hub's API")
        kept = [field for name, field in zip(names, fields, strict=True) if name != b"connection"]
        return b"\r\n".join([first, *kept, b"Connection: close"]) + _END
