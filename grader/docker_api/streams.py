"""Pieces of a streamed response, each awaited with a time limit of its own; stdout and stderr in one stream; logs.

A blocking read can't be given a shrinking limit, so a thread reads and the caller waits at a queue.
"""

from __future__ import annotations

import queue
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.docker_api import blame
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed
from grader.i18n import _

if TYPE_CHECKING:
    import requests


class Pieces:
    """Reads ``source``, an iterator over ``response``, ahead. A context manager that ends its thread."""

    def __init__(self, response: requests.Response, source: Iterator[bytes]) -> None:
        self._response = response
        self._source = source
        # Bounded, so that a flood stays in the daemon and not in our memory.
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=64)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, name="drydock-stream", daemon=True)

    def next(self, seconds: float) -> bytes | None:
        """The next piece, or None at the end. Raises queue.Empty when none comes in time, or the read's error."""
        piece = self._queue.get(timeout=max(0.0, seconds))
        if isinstance(piece, BaseException):
            raise piece
        return piece

    def _read(self) -> None:
        last: BaseException | None = None
        try:
            for piece in self._source:
                self._put(piece)
                if self._ended.is_set():
                    return
        except Exception as error:
            last = error
        self._put(last)

    def _put(self, piece: bytes | BaseException | None) -> None:
        while not self._ended.is_set():
            with suppress(queue.Full):
                self._queue.put(piece, timeout=0.2)
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        # Closing would wait for the reader, who waits for the daemon: wake it by shutting the socket first.
        with suppress(Exception):
            self._response.raw.shutdown()
        self._thread.join(timeout=1)


# -- Docker's framing of stdout and stderr in one stream.
#
# Eight bytes lead each piece: the stream's number (1 stdout, 2 stderr), three zeros, the length as a big-endian
# 32-bit number (Engine API reference, "Stream format" under container attach).

FRAME = struct.Struct(">BxxxL")


def demultiplexed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The pieces in order; a cut-off last piece comes as far as it goes."""
    position = 0
    while position + FRAME.size <= len(data):
        stream, length = FRAME.unpack_from(data, position)
        position += FRAME.size
        yield stream, data[position : position + length]
        position += length


# -- A container's log, read with a limit on time and size.

#: Bytes of log to look at. A container that logs without end must not fill the checker's memory.
LOG_LIMIT = 8 * 1024 * 1024
#: Seconds for its next bytes, and for all of it.
_LOG_PATIENCE = 10.0


def read_logs(daemon: Daemon, name: str, *, tty: bool, streams: Iterable[int] = (1, 2), whole: bool = False) -> str:
    """The log from its beginning, up to ``LOG_LIMIT`` bytes; ``streams``: 1 stdout, 2 stderr.

    With a terminal both are one. ``whole``: all of it, or nothing. Raises Unavailable, Obstructed or Refused.
    """
    wanted = set(streams)
    params = {"stdout": int(1 in wanted), "stderr": int(2 in wanted)}
    data = bytearray()
    with daemon.stream(f"/containers/{name}/logs", params, patience=_LOG_PATIENCE) as response:
        limit = Deadline(_LOG_PATIENCE * daemon.pace())
        for chunk in response.iter_content(64 * 1024):
            data += chunk
            if len(data) >= LOG_LIMIT:
                if whole:
                    much = _("its log is longer than the {size} MiB that a check reads")
                    raise Obstructed(much.format(size=LOG_LIMIT // 1024**2))
                break
            if limit.is_over() or daemon.deadline.is_over():
                if whole:
                    raise blame.of_silence(daemon, limit.seconds)
                break
    raw = bytes(data)
    text = raw if tty else b"".join(payload for _stream, payload in demultiplexed(raw))
    return text.decode("utf-8", "replace")
