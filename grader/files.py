"""Atomic writes: after a kill or on a full disk there is still what was there before; and what a power cut leaves, too.
What tells one file from another, and holds on to it. And where things lie.

Standard library only: every engine's supervisor imports it.
"""

from __future__ import annotations

import errno
import glob
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

#: Seconds after which nobody writes to a draft any more.
_ABANDONED = 3600.0


@contextmanager
def atomic(target: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A file beside ``target`` to write to, which takes its place at the end; nothing is left of it after an error.

    Whoever writes the same file at the same time has a draft of their own; the last one's stays. ``mode``: it is there
    already and nobody else ever could open it, as for a secret; and no power cut leaves it empty.
    """
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        if mode is not None:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield draft
        if mode is not None:
            settle(draft)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _clear(target)


def settle(what: Path | IO[Any] | int) -> None:
    """Return when a file's content, or the names in a folder, are on the disk (a number is a descriptor's).

    A file system notes a new or renamed file's name within seconds and its content up to half a minute later: after a
    power cut between the two it is there and empty.
    """
    if isinstance(what, Path):
        descriptor = os.open(what, os.O_RDONLY | os.O_CLOEXEC)
        try:
            settle(descriptor)
        finally:
            os.close(descriptor)
        return
    if not isinstance(what, int):
        what.flush()
        what = what.fileno()
    try:
        os.fsync(what)
    except OSError as error:
        # A network's file system, or a desktop's of shared folders, may be unable to, for folders above all.
        if error.errno != errno.EINVAL:
            raise


def _clear(target: Path) -> None:
    """Remove drafts whose writers were killed."""
    # What goes wrong here (another writer is quicker, a folder that can't be listed) costs no written file.
    with suppress(OSError):
        for path in target.parent.glob(f".{glob.escape(target.name)}.*"):
            if path.suffix == ".part" and time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink()


def atomic_write(target: Path, text: str) -> None:
    """Make ``text`` the content of ``target``."""
    with atomic(target) as draft:
        draft.write_text(text, encoding="utf-8")


def sha256_of(path: Path) -> str:
    """The hash of a file's content, in hexadecimal."""
    # Brings OpenSSL, which no supervisor needs.
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path) -> tuple[int, ...]:
    """What changes whenever somebody writes to the file: no program can set the change time."""
    status = path.stat()
    return (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def pinned(path: str | Path, flags: int = 0) -> int | None:
    """A descriptor by which a socket or a folder is reached whatever its name comes to mean: proc_pid_fd(5). None
    elsewhere than on Linux, where no engine has walls and whose code it is has started it. Raises OSError."""
    return os.open(path, os.O_PATH | flags) if sys.platform == "linux" else None


class Inside:
    """In a class with a ``path``: where this lies below it. ``Inside("hub") / "roster.json"`` lies deeper."""

    def __init__(self, *parts: str) -> None:
        self._parts = parts

    def __truediv__(self, part: str) -> Inside:
        return Inside(*self._parts, part)

    def __get__(self, place: Any, _kind: type) -> Path:
        return Path(place.path, *self._parts)


def cache_folder() -> Path:
    """The user's cache for course images and templates (``DRYDOCK_CACHE`` overrides it); it need not be there yet."""
    import platformdirs

    given = os.environ.get("DRYDOCK_CACHE")
    return Path(given) if given else platformdirs.user_cache_path("drydock")
