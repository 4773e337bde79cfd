"""All that one submission is graded with: a fresh daemon, a student kernel in its walls, a checker outside them."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from grader.docker_api.client import answers
from grader.engines import Engine, EngineError, engine_class
from grader.i18n import _
from grader.processes import kernel_at_least
from grader.sandbox import Checker, StudentKernel, checker, student_kernel
from grader.sandbox.bounds import Bounds
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.restored import CourseImages
from grader.temporary import abandoned, owned

PREFIX = "drydock-grade-"
#: Bytes. A kernel's sockets lie below it, and a socket's name has at most 107 (unix(7)).
_LONGEST_PLACE = 38


def place() -> Path:
    """Where working folders lie: with the temporary files, unless that folder's own name leaves a socket none.

    Those of batch jobs are long.
    """
    usual = tempfile.gettempdir()
    return Path(usual if len(os.fsencode(usual)) <= _LONGEST_PLACE else "/var/tmp")


def remove_orphans(kind: str) -> None:
    """Remove the working folders that killed runs of this user, on engines of this kind, left behind.

    Once for a run. Another run may do the same at this moment.
    """
    for folder in abandoned(place(), PREFIX):
        with suppress(FileNotFoundError):
            unmount(folder / "work")
            engine_class(kind).remove_tree(folder)


class Sandbox:
    """One daemon, one working folder, one student's kernel. Used for one notebook, then thrown away."""

    def __init__(self, bounds: Bounds, kind: str, fork_server: ForkServer, images: Sequence[str] = ()) -> None:
        """``images``: names of those that the notebook's lab declares."""
        self.bounds = bounds
        self.declared_images = tuple(images)
        self._kind = kind
        self._fork_server = fork_server
        self._stack = ExitStack()
        self._confined = engine_class(kind).offers_walls()
        self._setup_kernel: StudentKernel | None = None
        self._daemon_lives = True
        self._engine: Engine | None = None

    def open(self) -> None:
        """Start everything. Raises EngineError; the kernel may still be starting when this returns."""
        try:
            # The outer folder is closed to other users of this machine, the inner one open to the student.
            outer = Path(tempfile.mkdtemp(prefix=owned(PREFIX), dir=place()))
            self._stack.callback(engine_class(self._kind).remove_tree, outer)
            #: Ours alone, and gone with the sandbox.
            self.private = outer
            self.folder = outer / "work"
            self.folder.mkdir()
            self._stack.enter_context(bounded(self.folder, self.bounds.files_bytes, must=self._confined))
            self.folder.chmod(0o777)
            self._engine = engine_class(self._kind).for_strangers(
                shares=[self.folder], limits=self.bounds.limits_here()
            )
            self._engine.more_images = self.declared_images
            self._stack.enter_context(self._engine)
            self.kernel: StudentKernel = self._stack.enter_context(self.new_kernel())
            self.images = CourseImages(self.engine.endpoint, self.engine.patience)
            self._stack.callback(self.images.close)
            self.checker: Checker = self._stack.enter_context(
                checker(
                    self.engine,
                    fork_server=self._fork_server,
                    course_images=self.images.known,
                    folder=self.folder,
                )
            )
        except BaseException:
            self.close()
            raise

    @property
    def engine(self) -> Engine:
        """Once it is opened."""
        assert self._engine is not None
        return self._engine

    def new_kernel(self, *, wary: bool = False) -> AbstractContextManager[StudentKernel]:
        """Another kernel on the same daemon and folder; for ``wary`` see student_kernel."""
        return student_kernel(
            self.engine,
            self.folder,
            confined=self._confined,
            settings=self.bounds.kernel,
            fork_server=self._fork_server,
            wary=wary,
        )

    def daemon_lives(self) -> bool:
        """Whether the daemon runs and answers. One that is stopped counts as ended: nobody waits for it again."""
        if self._daemon_lives:
            seconds = self.bounds.daemon_seconds * self.engine.patience
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

    def setup_kernel(self) -> StudentKernel:
        """The kernel for the lab's own cells, in which no student's cell ever ran.

        It is kept, as a kernel costs half a second, and as students may keep another from starting. The student's
        processes can't see it (a process namespace and a home of its own) nor speak to it (every message is signed
        with its key); what they can do is fill its sockets, so it is made anew when it is gone. A setup cell may use
        files in the working folder, which the student may have changed: so its processes are stopped during checks
        like the student's (``kernels``).
        """
        if self._setup_kernel is None or not self._setup_kernel.is_alive():
            self._setup_kernel = self._stack.enter_context(self.new_kernel(wary=True))
        return self._setup_kernel

    @property
    def kernels(self) -> list[StudentKernel]:
        """All whose processes a student may have a hand in."""
        return [self.kernel] if self._setup_kernel is None else [self.kernel, self._setup_kernel]

    def disk_is_full(self) -> bool:
        """Whether this machine's disk is, so that nothing can be written to a folder that has no size of its own: one
        that has is filled by the student alone."""
        return not os.path.ismount(self.folder) and shutil.disk_usage(self.folder).free == 0

    def discard_engine(self) -> None:
        """End the daemon at once, from another thread; whoever works on it meets its end, and closes the sandbox."""
        if self._engine is not None and self._engine.is_alive():
            self._engine.discard()

    def close(self) -> None:
        """End all of it. Safe to call twice."""
        self._stack.close()


class SandboxSupply:
    """Hands out sandboxes; one more can be made ready while a submission is graded. None is ever used twice."""

    def __init__(self, bounds: Bounds, kind: str) -> None:
        self._bounds = bounds
        self.kind = kind
        self._fork_server = ForkServer()
        self._next: Future[Sandbox] | None = None
        # One thread makes a sandbox, the other ends one.
        self._worker = ThreadPoolExecutor(2, thread_name_prefix="drydock-sandbox")

    def prepare(self, images: Sequence[str] = ()) -> None:
        """Start making the next sandbox in the background, for a lab that declares these images."""
        if self._next is None:
            self._next = self._worker.submit(self._open, images)

    def _open(self, images: Sequence[str]) -> Sandbox:
        self._fork_server.start()  # imports while the daemon starts
        sandbox = Sandbox(self._bounds, self.kind, self._fork_server, images)
        sandbox.open()
        return sandbox

    @contextmanager
    def take(self, images: Sequence[str] = (), *, more: bool = False) -> Iterator[Sandbox]:
        """A sandbox for one submission to a lab that declares these images; ``more`` says that another one will be
        needed. Raises EngineError."""
        if self._next is not None:
            wait([self._next])  # who is interrupted here leaves it to ``close``
        ready, self._next = self._next, None
        sandbox = self._ready(ready, images) if ready is not None else self._open(images)
        if sandbox.declared_images != tuple(images):
            # Made ready before anybody knew for which lab.
            self._worker.submit(_close, sandbox)
            sandbox = self._open(images)
        try:
            if more:
                self.prepare(images)
            yield sandbox
        finally:
            # Ending a daemon takes a third of a second; nobody has to wait for it but ``close``.
            self._worker.submit(_close, sandbox)

    def _ready(self, ready: Future[Sandbox], images: Sequence[str]) -> Sandbox:
        """It was made while the submission before was at its busiest: what came to grief then is made once more."""
        if ready.exception() is None:
            sandbox = ready.result()
            if sandbox.engine.is_alive() and sandbox.kernel.is_alive():
                return sandbox
            self._worker.submit(_close, sandbox)
        return self._open(images)

    def close(self) -> None:
        """Throw away what was made ready, and wait until all is gone. Safe to call twice."""
        ready, self._next = self._next, None
        if ready is not None and ready.exception() is None:
            _close(ready.result())
        self._worker.shutdown()
        self._fork_server.close()


def _close(sandbox: Sandbox) -> None:
    try:
        sandbox.close()
    except Exception:
        # The grade is made; what may be left is swept away by the next run.
        logging.getLogger("drydock").exception("A sandbox could not be ended.")


# -- A folder with a size: students' files must not fill the grader's disk.

#: Files and folders one submission may have.
_INODES = 200_000


@contextmanager
def bounded(folder: Path, size: int, *, must: bool) -> Iterator[None]:
    """Let ``folder`` hold ``size`` bytes at most: a tmpfs, charged to the memory limit of whoever writes to it.

    Needs root that may mount and Linux 6.3 (the engine maps the ids of the folder, which tmpfs can since then);
    elsewhere only the file size limit of the student's kernel holds. ``must``: root that may not mount is refused by
    an EngineError, as strangers' files would fill its own disk.
    """
    if os.geteuid() != 0 or not kernel_at_least(6, 3):
        logging.getLogger(__name__).debug("no size limit for %s here", folder)
        yield
        return
    options = f"size={size},nr_inodes={_INODES},mode=777,nosuid,nodev"
    command = ["mount", "-t", "tmpfs", "-o", options, "drydock-work", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = done.stderr.strip()
        if must:
            raise EngineError(
                _("Students' files could fill this machine, as a folder with a size can't be made: {why}").format(
                    why=why
                ),
                _("Where this is a container, give it the right to mount: docker run --cap-add SYS_ADMIN …"),
            )
        logging.getLogger(__name__).debug("no size limit for %s here: %s", folder, why)
    try:
        yield
    finally:
        unmount(folder)


def unmount(folder: Path) -> None:
    """Take the tmpfs away again, if there is one. Lazily: a process that ends at this moment may still hold it."""
    if os.path.ismount(folder):
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def give_file(folder: Path, target: Path, relative: Path) -> None:
    """Copy one file to the student's working folder ``target``; it is the student's to change there."""
    _open_folders(target, relative.parent)
    shutil.copyfile(folder / relative, target / relative)
    executable = (folder / relative).stat().st_mode & 0o111
    (target / relative).chmod(0o777 if executable else 0o666)


def _open_folders(root: Path, relative: Path) -> None:
    """Folders that belong to the student whatever id they have inside the engine; ``root`` is closed to others."""
    for folder in reversed([relative, *relative.parents]):
        if folder != Path() and not (root / folder).exists():
            (root / folder).mkdir()
            (root / folder).chmod(0o777)
