"""The daemon's events: asked for, read, waited for, and followed until another thread closes the stream.

Standard library only where it is imported: an engine's relay and supervisor read events, too.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from grader.docker_api import blame
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed
from grader.docker_api.streams import Pieces
from grader.i18n import _

type Filters = Mapping[str, Sequence[str]]

#: How many events the engine remembers, in memory only (measured on 26.1; ``docker events --help`` pages said 1000
#: until docker/cli#5537 corrected it). When older ones were dropped, the absence of a trace proves nothing.
REMEMBERED = 256
#: Bytes and seconds for reading them all.
_READ_LIMIT = 32 * 1024 * 1024
_READ_SECONDS = 5.0
#: Seconds for opening the stream. Waiting for an event has no limit.
_OPENING = 20.0


# -- What an event says.


def read_event(line: bytes | bytearray) -> Attrs:
    """One line of the daemon's stream. Raises ValueError."""
    event = json.loads(line)
    if not isinstance(event, dict):
        raise ValueError("no event")
    return event


def actor(event: Attrs) -> Attrs:
    found: Attrs = event.get("Actor") or {}
    return found


def attributes(event: Attrs) -> Attrs:
    found: Attrs = actor(event).get("Attributes") or {}
    return found


def container_of(event: Attrs) -> str:
    """The ID of the container it is about, or that was connected to its network, say; "" where there is none."""
    found = actor(event).get("ID") if event.get("Type") == "container" else attributes(event).get("container")
    return str(found or "")


def event_time(event: Attrs) -> float:
    """Seconds since 1970."""
    return int(event.get("timeNano") or int(event.get("time") or 0) * 1_000_000_000) / 1e9


# -- How they are asked for.


def moment(ahead: float = 0.0) -> str:
    """Now, as ``since`` and ``until`` of a daemon take it whose clock is so many seconds ahead of ours."""
    # A moment that is over: until a future one, the daemon would keep the stream open.
    return f"{time.time() + ahead - 0.001:.9f}"


def events_path(filters: Filters) -> str:
    """The address of new events on the daemon's API."""
    return f"/events?{urlencode(_params(filters))}"


def _params(filters: Filters, **more: str) -> dict[str, str]:
    return {"filters": json.dumps(filters), **more}


def past_events(daemon: Daemon, filters: Filters | None = None, since: str = "0", until: str = "") -> list[Attrs]:
    """The events that the daemon still knows, oldest first. Raises Unavailable, Refused or Obstructed."""
    params = _params(filters or {}, since=since, until=until or moment(daemon.ahead()))
    data = bytearray()
    with daemon.stream("/events", params, patience=_READ_SECONDS) as response:
        limit = Deadline(_READ_SECONDS * daemon.pace())
        for piece in response.iter_content(64 * 1024):
            data += piece
            if len(data) > _READ_LIMIT:
                # An event carries all labels of its object.
                raise Obstructed(_("The daemon's events are too large to be read: something has very large labels."))
            if limit.is_over():
                raise blame.of_silence(daemon, limit.seconds)
    return [read_event(line) for line in data.splitlines() if line]


@contextmanager
def coming_events(daemon: Daemon, filters: Filters, patience: float) -> Iterator[Pieces]:
    """New events within the daemon's deadline, unread: each awaited with a time limit of its own."""
    with (
        daemon.stream("/events", _params(filters), patience=patience) as response,
        Pieces(response, response.iter_lines(chunk_size=1)) as events,
    ):
        yield events


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
                    params=_params(filters, since=since),
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
                    yield read_event(line)

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
