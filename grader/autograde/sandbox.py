"""All that one submission is graded with: a fresh daemon, a student kernel in its walls, a checker outside them."""

from __future__ import annotations

import logging
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from grader.autograde.bounded import bounded, unmount
from grader.autograde.course_images import CourseImages
from grader.autograde.settings import Drydock
from grader.docker_api.ping import answers
from grader.engines import Engine, engine_class
from grader.execution import Checker, StudentKernel, checker, student_kernel
from grader.execution.processes import start_time
from grader.nursery import Nursery

PREFIX = "drydock-grade-"


_NAME = re.compile(rf"{PREFIX}(?P<pid>[0-9]+)-(?P<start>[0-9]+-|)")


def sweep(kind: str) -> None:
    """Remove the working folders that killed runs of this user, on engines of this kind, left behind.

    Once for a run. Another run may do the same at this moment.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = _NAME.match(folder.name)
        if owner is None:
            continue
        started = start_time(int(owner["pid"]))
        # An earlier version of this program noted no start.
        if started is not None and owner["start"] in ("", f"{started}-"):
            continue
        with suppress(FileNotFoundError):
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
                unmount(folder / "work")
                engine_class(kind).remove_tree(folder)


class Sandbox:
    """One daemon, one working folder, one student's kernel. Used for one notebook, then thrown away."""

    def __init__(self, settings: Drydock, kind: str, nursery: Nursery) -> None:
        self._settings = settings
        self._kind = kind
        self._nursery = nursery
        self._stack = ExitStack()
        self._confined = settings.confined(kind)
        self._setup_kernel: StudentKernel | None = None
        self._daemon_lives = True

    def open(self) -> None:
        """Start everything. Raises EngineError; the kernel may still be starting when this returns."""
        try:
            # The outer folder is closed to other users of this machine, the inner one open to the student.
            owner = f"{os.getpid()}-{start_time(os.getpid())}"
            outer = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{owner}-"))
            self._stack.callback(engine_class(self._kind).remove_tree, outer)
            self.folder = outer / "work"
            self.folder.mkdir()
            self._stack.enter_context(bounded(self.folder, self._settings.files_bytes))
            self.folder.chmod(0o777)
            self.engine: Engine = self._stack.enter_context(
                engine_class(self._kind).for_strangers(shares=[self.folder], limits=self._settings.limits())
            )
            self.kernel: StudentKernel = self._stack.enter_context(self.new_kernel())
            self.images = CourseImages(self.engine.endpoint, self.engine.patience)
            self._stack.callback(self.images.close)
            self.checker: Checker = self._stack.enter_context(
                checker(self.engine, nursery=self._nursery, course_images=self.images.known)
            )
        except BaseException:
            self.close()
            raise

    @contextmanager
    def new_kernel(self, *, wary: bool = False) -> Iterator[StudentKernel]:
        """Another kernel on the same daemon and folder; for ``wary`` see student_kernel."""
        settings = self._settings.kernel_settings()
        with student_kernel(
            self.engine, self.folder, confined=self._confined, settings=settings, nursery=self._nursery, wary=wary
        ) as kernel:
            yield kernel

    def daemon_lives(self) -> bool:
        """Whether the daemon runs and answers. One that is stopped counts as ended: nobody waits for it again."""
        if self._daemon_lives:
            seconds = self._settings.daemon_seconds * self.engine.patience
            self._daemon_lives = self.engine.is_alive() and answers(self.images.host, seconds)
        return self._daemon_lives

    @property
    def daemon_hangs(self) -> bool:
        """Whether the daemon was found to run without an answer: a docker command would wait until its time is over."""
        return not self._daemon_lives and self.engine.is_alive()

    def replace_kernel(self) -> StudentKernel:
        """A new kernel in place of one that died."""
        self.kernel.close()
        self.kernel = self._stack.enter_context(self.new_kernel())
        return self.kernel

    def setup_kernel(self) -> tuple[StudentKernel, bool]:
        """The kernel for the lab's own cells, in which no student's cell ever ran, and whether it is new.

        It is kept, as a kernel costs half a second. The student's processes can't see it (a process namespace and a
        home of its own) nor speak to it (every message is signed with its key); what they can do is fill its sockets,
        so it is made anew when it is gone. A setup cell may use files in the working folder, which the student may
        have changed: so its processes are stopped during checks like the student's (``kernels``).
        """
        if self._setup_kernel is not None and self._setup_kernel.is_alive():
            return self._setup_kernel, False
        self._setup_kernel = self._stack.enter_context(self.new_kernel(wary=True))
        return self._setup_kernel, True

    @property
    def kernels(self) -> list[StudentKernel]:
        """All whose processes a student may have a hand in."""
        return [self.kernel] if self._setup_kernel is None else [self.kernel, self._setup_kernel]

    def close(self) -> None:
        """End all of it. Safe to call twice."""
        self._stack.close()


class SandboxSupply:
    """Hands out sandboxes; one more can be made ready while a submission is graded. None is ever used twice."""

    def __init__(self, settings: Drydock, kind: str) -> None:
        self._settings = settings
        self.kind = kind
        self._nursery = Nursery()
        self._next: Future[Sandbox] | None = None
        # One thread makes a sandbox, the other ends one.
        self._worker = ThreadPoolExecutor(2, thread_name_prefix="drydock-sandbox")

    def prepare(self) -> None:
        """Start making the next sandbox in the background."""
        if self._next is None:
            self._next = self._worker.submit(self._open)

    def _open(self) -> Sandbox:
        self._nursery.start()  # imports while the daemon starts
        sandbox = Sandbox(self._settings, self.kind, self._nursery)
        sandbox.open()
        return sandbox

    @contextmanager
    def take(self, *, more: bool = False) -> Iterator[Sandbox]:
        """A sandbox for one submission; ``more`` says that another one will be needed. Raises EngineError."""
        ready, self._next = self._next, None
        sandbox = ready.result() if ready is not None else self._open()
        try:
            if more:
                self.prepare()
            yield sandbox
        finally:
            # Ending a daemon takes a third of a second; nobody has to wait for it but ``close``.
            self._worker.submit(_close, sandbox)

    def close(self) -> None:
        """Throw away what was made ready, and wait until all is gone. Safe to call twice."""
        ready, self._next = self._next, None
        if ready is not None and ready.exception() is None:
            ready.result().close()
        self._worker.shutdown()
        self._nursery.close()


def _close(sandbox: Sandbox) -> None:
    try:
        sandbox.close()
    except Exception:
        # The grade is made; what may be left is swept away by the next run.
        logging.getLogger("drydock").exception("A sandbox could not be ended.")
