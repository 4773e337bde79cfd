"""The processes of one student, told apart by their process namespace: stop them all, go on, or end them all.

Reads /proc only. Everything a confined program starts stays in its process namespace, whatever it does with
``fork``, ``setsid`` or daemons of its own, so the namespace is the only list of its processes that can be trusted.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_PROC = Path("/proc")
#: Passes over /proc until every process of the student is stopped; each pass can only leave fewer that run.
_PASSES = 50


class FreezeError(Exception):
    """The student's processes can't be stopped; what a check would see can't be trusted."""


class ProcessTree:
    """All processes behind ``launcher`` (a wrapper such as nsenter or unshare, or the program itself).

    With a process namespace of its own the members are that namespace's; without one (an engine without walls) they
    are the launcher's descendants, which is all that can be known then.
    """

    def __init__(self, launcher: subprocess.Popen[bytes]) -> None:
        self._launcher = launcher
        self._namespace: str | None = None

    def learn_namespace(self) -> None:
        """Note the process namespace of the innermost program; call it once the program answers."""
        own = _namespace_of(os.getpid())
        for pid in reversed(list(_descendants(self._launcher.pid))):
            found = _namespace_of(pid)
            if found is not None and found != own:
                self._namespace = found
                return

    def is_alive(self) -> bool:
        return self._launcher.poll() is None

    def members(self) -> list[int]:
        """Process ids as this process sees them."""
        if self._namespace is None:
            return [self._launcher.pid, *_descendants(self._launcher.pid)]
        return [pid for pid in _pids() if _namespace_of(pid) == self._namespace]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Hold every process of the student while the block runs. Raises FreezeError."""
        self._freeze()
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _freeze(self) -> None:
        for attempt in range(_PASSES):
            running = [pid for pid in self.members() if not _is_stopped(pid)]
            if not running:
                return
            for pid in running:
                _send(pid, signal.SIGSTOP)
            # A stop takes effect when the process next returns from the kernel: give it a moment, then look again.
            time.sleep(0.001 * min(attempt, 20))
        self._signal(signal.SIGCONT)
        raise FreezeError("The student's processes could not be stopped for the check.")

    def kill(self) -> None:
        """End every process of the student. Safe to call twice."""
        # The first process of a process namespace takes all others with it: pid_namespaces(7).
        self._signal(signal.SIGKILL)
        if self._launcher.poll() is None:
            self._launcher.kill()
        self._launcher.wait()

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.members():
            _send(pid, number)


class LastWords:
    """The end of what a process wrote to a pipe; the rest is read and forgotten, so that it never blocks."""

    _KEPT = 4000

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._kept = b""
        if pipe is not None:
            threading.Thread(target=self._drain, args=(pipe,), daemon=True).start()

    def _drain(self, pipe: IO[bytes]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), 65536):
                self._kept = (self._kept + data)[-self._KEPT :]

    def last_line(self) -> str:
        """The last line that is not empty, or an empty text."""
        lines = self._kept.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


def _pids() -> Iterator[int]:
    for entry in os.listdir(_PROC):
        if entry.isdecimal():
            yield int(entry)


def _namespace_of(pid: int) -> str | None:
    try:
        return os.readlink(_PROC / str(pid) / "ns" / "pid")
    except OSError:
        return None


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = (_PROC / str(pid) / "task" / str(pid) / "children").read_text().split()
    except OSError:
        return
    for child in children:
        yield int(child)
        yield from _descendants(int(child))


def _is_stopped(pid: int) -> bool:
    """Stopped, being traced, dead or gone: unable to run code either way (states of proc_pid_stat(5))."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return True
    return stat[stat.rindex(")") + 2] in "TtZX"


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
