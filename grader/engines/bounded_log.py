"""What an engine's processes say, in a file of a bounded size: who is root in there may say as much as they like.

Any of its processes can be made to give away where its words go (pidfd_getfd(2)). So that is a pipe, and no file of the
machine's disk. Standard library only: every engine's supervisor imports it.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

#: Bytes of the file; what it held before is in one older file beside it.
_MOST = 1_000_000
_AT_ONCE = 65_536
#: Between two reads: who never stops talking keeps no processor of the machine's busy.
_PAUSE = 0.005


class BoundedLog:
    """``file`` and its writers: it is carried there from a pipe until nobody writes any more."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def opened(self) -> Iterator[int]:
        """A descriptor for processes that are started meanwhile."""
        reader, writer = os.pipe()
        # A daemon: who writes may outlive us, and no end is to wait for it.
        self._thread = threading.Thread(target=self._carry, args=(reader,), daemon=True)
        self._thread.start()
        try:
            yield writer
        finally:
            os.close(writer)

    def _carry(self, reader: int) -> None:
        while data := os.read(reader, _AT_ONCE):
            # What can't be kept (a full disk) is lost: nobody who writes may have to wait.
            with contextlib.suppress(OSError):
                self._keep(data)
            time.sleep(_PAUSE)
        os.close(reader)

    def _keep(self, data: bytes) -> None:
        # Before writing, so that the last words are always in this file.
        if self._file.exists() and self._file.stat().st_size > _MOST:
            self._file.replace(self._file.with_suffix(".old"))
        with self._file.open("ab") as log:
            log.write(data)

    def wait(self, within: float = 1.0) -> None:
        """Return when all is written, for which the writers must have ended."""
        if self._thread is not None:
            self._thread.join(within)

    def tail(self, length: int) -> str:
        """The last characters, when all is written."""
        self.wait()
        try:
            return self._file.read_text(errors="replace")[-length:]
        except OSError:
            return ""
