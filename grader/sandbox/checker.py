"""The trusted side: check cells run in a process of their own that has never run a line of student code."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from grader.checks.folder import Place
from grader.course.declared import declared
from grader.docker_api.course_images import CourseImages, as_variable
from grader.engines.protocol import Engine, EngineError
from grader.files import pinned
from grader.i18n import _
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.sandbox.fork_client import CheckerRequest, ForkedProcess, ForkServer, ForkServerLost, clean_environment
from grader.sandbox.processes import LastWords
from grader.values import DEFAULT_KEY, StudentKey

#: Seconds the runner has for ending a cell by itself before it is given up as a whole, and with it what it has seen: to
#: tidy up on a daemon that drags takes long.
_PATIENCE = 60.0
#: Bytes in one answer of the runner; its texts are cut to a few hundred characters each, so more is a fault.
_LARGEST_ANSWER = 4_000_000


@contextmanager
def checker(
    engine: Engine,
    *,
    fork_server: ForkServer | None = None,
    course_images: CourseImages | None = None,
    folder: Path | None = None,
) -> Iterator[Checker]:
    """A process that evaluates check cells against the engine's daemon, started at once; forked by a ``fork_server``.

    ``course_images``: as they were before the student began; without it the process looks at its start.
    ``folder``: the lab's, which is a student's.
    """
    running = Checker(engine, fork_server, course_images, folder)
    try:
        running.launch()
        yield running
    finally:
        running.close()


class _NoAnswer(Exception):
    """``str()`` says why there is none."""


class Checker:
    """The runner of ``grader.checks`` behind pipes. Use ``checker``."""

    def __init__(
        self,
        engine: Engine,
        fork_server: ForkServer | None = None,
        course_images: CourseImages | None = None,
        folder: Path | None = None,
    ) -> None:
        self._engine = engine
        # First of all: it may raise, and what was opened before would stay so.
        self._socket = PinnedSocket(engine.endpoint.host)
        self._known = {} if course_images is None else as_variable(course_images)
        # By a handle: where a sandbox's folder is mounted, the fork server, which started before, doesn't see it.
        self._folder = None if folder is None else pinned(folder, os.O_DIRECTORY)
        if folder is not None:
            self._known |= Place(str(folder), self._folder).as_variable()
        self._fork_server = fork_server
        self._process: subprocess.Popen[bytes] | ForkedProcess | None = None
        self._buffer = b""
        self._log: LastWords | None = None

    def launch(self) -> None:
        """Start the process and return at once."""
        known = {**self._known, **self._engine.variables(), "DOCKER_HOST": self._socket.host}
        environment = clean_environment() | known
        self._buffer = b""
        self._process = self._forked(environment) or self._started(environment)
        self._log = LastWords(self._process.stderr)

    @property
    def _descriptors(self) -> tuple[int, ...]:
        """What the process inherits under the same numbers."""
        return self._socket.descriptors if self._folder is None else (*self._socket.descriptors, self._folder)

    def _forked(self, environment: dict[str, str]) -> ForkedProcess | None:
        """Forked by the fork server; None where that is not possible."""
        if self._fork_server is None:
            return None
        request = CheckerRequest(environment, self._engine.endpoint.netns_pid)
        theirs, questions = os.pipe()
        answers, their_answers = os.pipe()
        words, their_words = os.pipe()
        pipes: dict[int, IO[bytes]] = {
            0: os.fdopen(questions, "wb"),
            1: os.fdopen(answers, "rb"),
            2: os.fdopen(words, "rb", buffering=0),
        }
        kept = {number: number for number in self._descriptors}
        try:
            return self._fork_server.fork(request, {0: theirs, 1: their_answers, 2: their_words, **kept}, pipes)
        except ForkServerLost:
            for pipe in pipes.values():
                pipe.close()
            return None
        finally:
            for descriptor in (theirs, their_answers, their_words):
                os.close(descriptor)

    def _started(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            # -P: the current folder is no place to import from.
            self._engine.enter([sys.executable, "-P", "-m", "grader.checks.runner"]),
            cwd="/",
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=self._descriptors,
        )

    def check(
        self, cell_id: str, source: str, timeout: float, *, key: StudentKey = DEFAULT_KEY, only_looks: bool = False
    ) -> TaskReport:
        """Run one check cell, at most ``timeout`` seconds (longer where the engine or the cell asks for it).

        What goes wrong here becomes could-not-check, but for a process that can't be started anew (EngineError,
        OSError). ``key``: whose copy is checked, for what ``check.value`` gives.
        ``only_looks``: what would leave a trace on the daemon, too.
        """
        timeout *= self._engine.patience
        if self._process is None or self._process.poll() is not None:
            self._end()
            self.launch()
        try:
            question = {"id": cell_id, "source": source, "values_key": key.text, "only_looks": only_looks}
            # The runner gives up first: a cell that it ends itself costs no other cell its history (`needs`).
            answer = self._ask({**question, "timeout": timeout}, timeout * declared(source).longer + _PATIENCE)
        except _NoAnswer as trouble:
            self._end()
            return could_not_check(cell_id, str(trouble))
        if answer.get("error"):
            return could_not_check(cell_id, str(answer["error"]))
        try:
            return TaskReport.from_dict(answer["report"])
        except (KeyError, ValueError) as trouble:
            return could_not_check(cell_id, _("The check gave no readable report: {why}").format(why=trouble))

    def _ask(self, question: dict[str, object], timeout: float) -> dict[str, Any]:
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as gone:
            raise _NoAnswer(_("The check's process has ended: {why}").format(why=self._why())) from gone
        line = self._read_line(time.monotonic() + timeout, timeout)
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or answer.get("id") != question["id"]:
            raise _NoAnswer(_("The check's process gave an answer that can't be read."))
        return answer

    def _read_line(self, deadline: float, timeout: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        pipe = self._process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise _NoAnswer(_("The check did not finish in {n:.0f} s.").format(n=timeout))
                data = os.read(pipe.fileno(), 65536)
                self._buffer += data
                if not data or len(self._buffer) > _LARGEST_ANSWER:
                    raise _NoAnswer(_("The check's process has ended: {why}").format(why=self._why()))
        line, _sep, self._buffer = self._buffer.partition(b"\n")
        return line

    def _why(self) -> str:
        return (self._log.last_line() if self._log else "") or _("it said nothing")

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # What is still buffered for a dead process can't be flushed.
                with suppress(OSError):
                    pipe.close()
        self._process = None

    def close(self) -> None:
        """End the process. Safe to call twice."""
        self._end()
        self._socket.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            os.close(folder)


def could_not_check(task: str, reason: str) -> TaskReport:
    """A report that says that, and why, a task was not evaluated: for the instructor, never a zero."""
    return TaskReport(task, task, "", (Verdict(Status.COULD_NOT_CHECK, reason),))


# -- A handle on the daemon's socket itself, not on its name.


class PinnedSocket:
    """Take it before any student code runs.

    A privileged container is root of its engine and may put another socket in the old one's place, with a daemon
    of its own behind it that answers as one likes; ``host`` still leads to the real one. Only this process and
    children that inherit ``descriptors`` can use it. Other kinds of addresses are passed through.
    """

    def __init__(self, host: str) -> None:
        """Raises EngineError when there is no socket: an engine that was killed lives for a moment longer than it."""
        self._plain = host
        self._handle: int | None = None
        if host.startswith("unix://"):
            try:
                self._handle = pinned(host.removeprefix("unix://"), os.O_NOFOLLOW)
            except FileNotFoundError as gone:
                raise EngineError(_("The engine's daemon has ended."), "drydock up") from gone

    @property
    def host(self) -> str:
        """A DOCKER_HOST value."""
        return self._plain if self._handle is None else f"unix:///proc/self/fd/{self._handle}"

    @property
    def descriptors(self) -> tuple[int, ...]:
        return () if self._handle is None else (self._handle,)

    def close(self) -> None:
        """Safe to call twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
