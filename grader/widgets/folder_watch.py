"""Waits until something in a folder changes, without looking again and again: inotify(7) where there is Linux."""

from __future__ import annotations

import ctypes
import os
import select
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

#: inotify's flags for "a file was renamed into it" and for its own file descriptor (sys/inotify.h).
_MOVED_TO = 0x80
_CLOEXEC = 0o2000000
#: Seconds between two looks where there is no inotify.
_LOOK = 2.0


class FolderWatch:
    """A loop over it goes round once for each change, until ``close``. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._reader, self._waker = os.pipe()
        self._inotify = _inotify_on(folder)

    def __iter__(self) -> Iterator[None]:
        sources = [self._reader] if self._inotify is None else [self._reader, self._inotify]
        before = self._changed()
        try:
            while True:
                ready, _writable, _broken = select.select(sources, [], [], None if self._inotify is not None else _LOOK)
                if self._reader in ready:
                    return
                if self._inotify is not None:
                    os.read(self._inotify, 65536)
                    yield
                elif (now := self._changed()) != before:
                    before = now
                    yield
        finally:
            for descriptor in (self._reader, self._inotify):
                if descriptor is not None:
                    os.close(descriptor)

    def _changed(self) -> list[int]:
        return sorted(file.stat().st_mtime_ns for file in self._folder.glob("*.json"))

    def close(self) -> None:
        """End the loop, from any thread. Safe to call twice."""
        if self._waker >= 0:
            waker, self._waker = self._waker, -1
            # Closing the last writer makes the reader ready.
            with suppress(OSError):
                os.close(waker)


def _inotify_on(folder: Path) -> int | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.inotify_init1(_CLOEXEC))
    if descriptor < 0:
        return None
    if libc.inotify_add_watch(descriptor, os.fsencode(folder), _MOVED_TO) < 0:
        os.close(descriptor)
        return None
    return descriptor
