"""What one process at a time may do: the kernel frees the lock when its holder dies (flock(2)).

Standard library only: every engine's supervisor imports it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.i18n import _
from grader.processes import has_open


@contextmanager
def locked(path: Path, busy: Callable[[], None] = lambda: None, *, mode: int = 0o600) -> Iterator[None]:
    """Hold this file's lock. Where somebody else has it, ``busy`` is called first: it says so, or raises.

    ``mode`` for a new file, less the umask: whoever may read it can keep us waiting.
    """
    lock = _opened(path, mode)
    try:
        if not _taken(lock):
            busy()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def unowned(path: Path) -> Iterator[bool]:
    """Yield whether the file has no owner; nobody can become it meanwhile."""
    try:
        lock = _opened(path)
    except OSError:
        yield False
        return
    try:
        yield _taken(lock)
    finally:
        os.close(lock)


def own(path: Path, within: float = 10.0) -> None:
    """Become the owner, for as long as this process lives. Raises RuntimeError when somebody else is and stays it."""
    lock = _opened(path)
    deadline = time.monotonic() + within
    while not _taken(lock):
        if time.monotonic() > deadline:
            os.close(lock)
            raise RuntimeError(_("process {pid} runs an engine in this folder already").format(pid=owner(path)))
        # Who only asks whether the file has an owner holds the lock for a moment.
        time.sleep(0.01)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)


def owner(path: Path) -> int | None:
    """The process that became the owner last; whether it still lives, only the lock itself tells."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def living_owner(path: Path) -> int | None:
    """The owner's process, if it lives."""
    pid = owner(path)
    # The number of one that is gone may be another process's.
    return pid if pid is not None and has_open(pid, path) else None


def share(path: Path) -> None:
    """Hold the lock of a file or folder that is there, together with others, for as long as this process lives."""
    fcntl.flock(os.open(path, os.O_RDONLY | os.O_CLOEXEC), fcntl.LOCK_SH)


def _opened(path: Path, mode: int = 0o600) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
