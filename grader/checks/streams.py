"""Pieces of a streamed response, each awaited with a time limit of its own.

A blocking read can't be given a shrinking limit, so a thread reads and the caller waits at a queue.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

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
