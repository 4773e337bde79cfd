"""Waits until something in a folder changes, without looking again and again: inotify(7) where there is Linux."""

from __future__ import annotations

import ctypes
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

#: inotify's flags for "a file was renamed into it", for "something was made in it", and for a file descriptor that
#: programs started later don't get (sys/inotify.h).
_MOVED_TO, _CREATE, _CLOEXEC = 0x80, 0x100, 0o2000000
#: Seconds between two looks where there is no inotify.
_LOOK = 2.0


class FolderWatch:
    """A loop over it goes round once for each change, until ``close``. Makes the folder. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._reader, self._waker = os.pipe()
        self._inotify = _inotify()
        try:
            self._watch()
        except OSError:
            self.close()
            self._end()
            raise

    def __iter__(self) -> Iterator[None]:
        sources = self._sources
        before = self._looks()
        try:
            while True:
                ready, _writable, _broken = select.select(sources, [], [], None if self._inotify is not None else _LOOK)
                if self._reader in ready:
                    return
                if self._inotify is not None:
                    os.read(self._inotify, 65536)
                    # Whoever begins anew by removing the folder is followed into the next one of this name.
                    with suppress(OSError):
                        self._watch()
                    yield
                elif (now := self._looks()) != before:
                    before = now
                    yield
        finally:
            self._end()

    @property
    def _sources(self) -> list[int]:
        return [self._reader] if self._inotify is None else [self._reader, self._inotify]

    def _end(self) -> None:
        for descriptor in self._sources:
            os.close(descriptor)

    def _watch(self) -> None:
        """Watch the folder and the one around it; watching the same one twice changes nothing."""
        if self._inotify is not None:
            _add_watch(self._inotify, self._folder.parent, _CREATE)
            _add_watch(self._inotify, self._folder, _MOVED_TO)

    def _looks(self) -> list[tuple[str, int]]:
        with suppress(OSError):
            return sorted((file.name, file.stat().st_mtime_ns) for file in self._folder.glob("*.json"))
        return []

    def close(self) -> None:
        """End the loop, from any thread. Safe to call twice."""
        if self._waker >= 0:
            waker, self._waker = self._waker, -1
            # Closing the last writer makes the reader ready.
            os.close(waker)


def follow(folder: Path, show: Callable[[], None], name: str) -> FolderWatch | None:
    """Call ``show`` whenever something in the folder changes, in a thread of this name, until the watch is closed.

    None where nothing can be watched (no inotify left, a limit of the machine; no right to write).
    """
    try:
        watch = FolderWatch(folder)
    except OSError:
        return None

    def changes() -> None:
        for _change in watch:
            show()

    threading.Thread(target=changes, name=name, daemon=True).start()
    return watch


def _inotify() -> int | None:
    if sys.platform != "linux":
        return None
    descriptor = int(ctypes.CDLL(None, use_errno=True).inotify_init1(_CLOEXEC))
    return descriptor if descriptor >= 0 else None


def _add_watch(inotify: int, folder: Path, events: int) -> None:
    if ctypes.CDLL(None, use_errno=True).inotify_add_watch(inotify, os.fsencode(folder), events) < 0:
        raise OSError(ctypes.get_errno(), "inotify_add_watch", str(folder))
