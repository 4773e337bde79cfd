"""The daemon's events: what it remembers, and a stream of new ones that another thread can close."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from grader.docker_api.daemon import Attrs, Connection, Daemon
from grader.docker_api.deadline import Deadline

type Filters = Mapping[str, Sequence[str]]

#: Seconds for opening the stream. Waiting for an event has no limit.
_OPENING = 20.0


def moment() -> str:
    """Now, as the daemon's ``since`` and ``until`` take it."""
    # A moment that is over by any clock: until a future one, the daemon would keep the stream open.
    return f"{time.time() - 0.001:.9f}"


def remembered(daemon: Daemon, filters: Filters, since: str, until: str) -> list[Attrs]:
    """Events that the daemon still knows (the last 256 of all), oldest first."""
    params = {"filters": json.dumps(filters), "since": since, "until": until}
    with daemon.stream("/events", params, patience=5) as response:
        return [json.loads(line) for line in response.iter_lines() if line]


class EventStream:
    """New events, as they come, on a connection of its own. ``close`` ends a loop over it from any thread.

    Raises Unavailable when the daemon can't be reached; a daemon that goes away later ends the loop.
    """

    def __init__(self, host: str, filters: Filters, since: str) -> None:
        import requests

        self._closed = False
        self._connection = Connection(host)
        daemon = Daemon(self._connection, Deadline(_OPENING))
        try:
            with daemon.asking(patience=_OPENING) as client:
                self._response: requests.Response = client.request(
                    "GET",
                    f"{client.base_url}/v{client.api_version}/events",
                    params={"filters": json.dumps(filters), "since": since},
                    stream=True,
                    timeout=(_OPENING, None),
                )
                self._response.raise_for_status()
        except BaseException:
            self._connection.close()
            raise

    def __iter__(self) -> Iterator[Attrs]:
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        # What a closed socket makes of a read depends on who closed it, and when.
        with suppress(RequestException, HTTPError, OSError, AttributeError, ValueError):
            for line in self._response.iter_lines(chunk_size=None):
                if self._closed:
                    return
                if line:
                    yield json.loads(line)

    def close(self) -> None:
        """Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        # Closing alone would wait for the reader, who waits for the daemon: wake it by shutting the socket first.
        with suppress(OSError, ValueError):
            _socket_of(self._response).shutdown(socket.SHUT_RDWR)
        with suppress(Exception):
            self._response.close()
        self._connection.close()


def _socket_of(response: Any) -> socket.socket:
    """The socket below a response; Raises ValueError where there is none (any more)."""
    found = getattr(getattr(response.raw, "connection", None), "sock", None) or getattr(
        getattr(getattr(getattr(response.raw, "_fp", None), "fp", None), "raw", None), "_sock", None
    )
    if not isinstance(found, socket.socket):
        raise ValueError("no socket")
    return found
