"""The processes of one student: stop them all, let them go on, or end them all."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Protocol

from grader.i18n import _
from grader.processes import await_rest, children_of, descendants, first_inside, start_time, state_of, threads_of

#: Seconds until every process of the student must be stopped; a wait for a slow disk is the longest.
_PATIENCE = 5.0
#: Seconds between two looks.
_MOMENT = 0.002
#: States of a thread that runs no code: stopped, traced, zombie, dead (proc_pid_stat(5)).
_DEAD = frozenset("ZX")
_STILL = frozenset("Tt") | _DEAD

#: Of a process's threads the letter of its state, and how often it has left a processor.
type Threads = dict[int, tuple[str, int]]


class Launcher(Protocol):
    """What subprocess.Popen and fork_client.ForkedProcess have in common."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


class FreezeError(Exception):
    """The student's processes can't be stopped; what a check would see can't be trusted."""


class Restless(FreezeError):
    """They went on behind our back; what was seen meanwhile can't be trusted. They are no more."""


class ProcessTree:
    """All processes behind ``launcher`` (a wrapper such as nsenter or unshare, or the program itself).

    Where the program is the first process of a process namespace, it inherits every orphan in it and in the
    namespaces below (pid_namespaces(7)), so nothing can leave the tree. Without a namespace of its own (an engine
    without walls) the launcher's descendants are all that can be known.
    """

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._beyond_reach = False
        self._root_is(launcher.pid)

    def find_first(self) -> None:
        """Note the first process of the program's namespace; call it before the program runs foreign code."""
        first = first_inside(self._launcher.pid)
        if first is not None:
            self._root_is(first)

    def _root_is(self, pid: int) -> None:
        self._first = pid
        # With its start time, as the number may one day belong to another process.
        self._forked = start_time(pid)

    def is_alive(self) -> bool:
        return self._launcher.poll() is None

    def is_orphaned(self) -> bool:
        """Whether it ended because what it was forked from did."""
        return not self.is_alive() and bool(getattr(self._launcher, "orphaned", False))

    def members(self) -> list[int]:
        """Process ids as this process sees them."""
        return descendants(self._first) if start_time(self._first) == self._forked else []

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Hold every process of the student while the block runs.

        Raises FreezeError; after the block Restless when one of them went on meanwhile, and has ended them all then.
        """
        held = self._freeze()
        restless = False
        try:
            yield
        finally:
            # A stopped process can have itself woken: by a timer, or by a file that others write to.
            restless = any(_have_moved(threads, threads_of(pid)) for pid, threads in held.items())
            if restless:
                self.kill()
            else:
                self._signal(signal.SIGCONT)
        if restless:
            raise Restless(_("The student's processes went on while they were to be held: they were ended."))

    def _freeze(self) -> dict[int, Threads]:
        """All of them, as they are from now on."""
        if self._beyond_reach:
            raise FreezeError(_("The student's processes can be neither stopped nor ended."))
        told: set[int] = set()
        seen: dict[int, Threads] | None = None
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            # Each is told once, whatever a look would say: threads come and go while one looks.
            found = {pid: threads_of(pid) if pid in told else {} for pid in self.members()}
            running = [pid for pid in found if pid not in told or not _is_held(pid, found[pid])]
            if running:
                for pid in running:
                    _send(pid, signal.SIGSTOP)
                told.update(running)
                seen = None
                # A stop takes effect when the process next leaves the kernel: give it a moment, then look again.
                time.sleep(_MOMENT)
                continue
            if found == seen:
                # Twice the same, and none has left a processor: between these looks all of them were stopped.
                return found
            seen = found
            rested = [await_rest(pid, thread) for pid, threads in found.items() for thread in threads]
            if not all(rested):
                time.sleep(10 * _MOMENT)
        self._signal(signal.SIGCONT)
        raise FreezeError(_("The student's processes could not be stopped for the check."))

    def kill(self) -> None:
        """End every process of the student; ``is_alive`` tells when that failed. Safe to call twice."""
        if self._beyond_reach:
            return
        # The first process of a process namespace takes all others with it: pid_namespaces(7).
        self._signal(signal.SIGKILL)
        if self._launcher.poll() is None:
            self._launcher.kill()
        try:
            self._launcher.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            # A container's root can freeze a control group of its engine, on cgroup v1 even against SIGKILL. The
            # engine's end lets such processes go on, to their own.
            self._beyond_reach = True

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


def _have_moved(before: Threads, now: Threads) -> bool:
    """Whether a thread that was not dead then is another now, or was on a processor between."""
    return any(now.get(thread) != known for thread, known in before.items() if known[0] not in _DEAD)


def _is_held(pid: int, threads: Threads) -> bool:
    """Unable to run code of its own: all its threads are stopped, being traced, dead or gone.

    Or, told to stop, wait in vfork(2) for a child that was stopped before its execve(2): they will only wake to stop.
    Any other wait in the kernel, for a disk say, goes on to its end, which may still change a file.
    """
    moving = {state for state, _switches in threads.values()} - _STILL
    return not moving or (moving == {"D"} and any(state_of(child) == "T" for child in children_of(pid)))


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
