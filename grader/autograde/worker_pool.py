"""The worker processes of a run, and what happens when one of them is lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import cache, partial
from multiprocessing import forkserver
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from grader.i18n import _

if TYPE_CHECKING:
    from traitlets.config import Config

    from grader.autograde.records import SubmissionRecord
    from grader.autograde.worker import Job, Worker

#: A submission is given to a new worker this often in all when workers are lost while they grade it.
_TRIES = 2


def get_ready(modules: Sequence[str] = ("grader.autograde.worker",)) -> None:
    """Start the server that workers are forked from: it imports nbgrader while the caller does."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(modules))
    forkserver.ensure_running()


class WorkerPool:
    """``size`` processes that grade submissions; imports are paid once, by the server they are forked from.

    Or that do another ``task`` for each, after they did ``begin``: both are functions of a module. ``admits``: whether
    one more may begin beside so many.
    """

    def __init__(
        self,
        config: Config,
        kind: str,
        size: int,
        *,
        begin: Callable[[Config, str], None] | None = None,
        task: Callable[[Job], SubmissionRecord] | None = None,
        admits: Callable[[int], bool] = lambda running: True,
    ) -> None:
        self._config = config
        self._kind = kind
        self._size = size
        self._begin = begin or begin_grading
        self._task = task or _grade
        self._admits = admits
        get_ready()

    def work(self, lab: str, students: Sequence[str]) -> Iterator[SubmissionRecord]:
        """Records in the order in which they are finished. A lost worker costs no other submission its grade."""
        from grader.autograde.records import SubmissionRecord

        waiting, suspects = deque(students), list[str]()
        while waiting:
            yield from self._shift(lab, waiting, suspects)
        # A pool breaks as a whole, and nobody knows who was to blame: each of them alone, when the others are done.
        for student in suspects:
            alone, again = deque([student]), list[str]()
            yield from self._shift(lab, alone, again)
            if alone or again:
                reason = _("The process that graded this submission was killed {n} times.")
                yield SubmissionRecord(student, lab, error=reason.format(n=_TRIES))

    def _shift(self, lab: str, waiting: deque[str], lost: list[str]) -> Iterator[SubmissionRecord]:
        """Work with one pool until nothing waits, or the pool breaks; then ``lost`` names what was being graded."""
        from grader.autograde.records import SubmissionRecord, our_fault
        from grader.autograde.worker import Job

        running: dict[Future[SubmissionRecord], str] = {}
        broken = False
        with Processes(self._size, self._begin, self._config, self._kind) as pool:
            while running or (waiting and not broken):
                while waiting and not broken and len(running) < self._size and self._admits(len(running)):
                    student = waiting.popleft()
                    more = len(waiting) >= self._size
                    try:
                        running[pool.submit(self._task, Job(student, lab, more))] = student
                    except BrokenProcessPool:  # a worker that was lost a moment ago
                        waiting.appendleft(student)
                        broken = True
                done, _rest = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    student = running.pop(future)
                    try:
                        yield future.result()
                    except BrokenProcessPool:
                        broken = True
                        lost.append(student)
                    except Exception as fault:  # its record could not be handed over, for instance
                        yield SubmissionRecord(student, lab, error=our_fault(fault))


# -- How a run is interrupted: each worker once, from its work. What is tidied up then is not cut off again.


class Processes(ProcessPoolExecutor):
    """``number`` worker processes, which ``begin`` first.

    Whoever does not wait for what they do ends it: Ctrl-C reaches them, too, but a plain kill only this process.
    """

    def __init__[**P](self, number: int, begin: Callable[P, None], /, *arguments: P.args, **more: P.kwargs) -> None:
        context = multiprocessing.get_context("forkserver")
        first = partial(_begin, partial(begin, *arguments, **more))
        super().__init__(number, mp_context=context, initializer=first)

    def submit[**P, T](self, function: Callable[P, T], /, *arguments: P.args, **more: P.kwargs) -> Future[T]:
        future = super().submit(_work, partial(function, *arguments, **more))
        # It watches the processes that there were when it last woke, which may be before this call has started one:
        # whose death nobody would see until another process has something to say.
        with self._shutdown_lock:
            self._executor_manager_thread_wakeup.wakeup()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if not wait:
            self._interrupt()
        super().shutdown(wait, cancel_futures=cancel_futures)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if kind is not None:
            self._interrupt()
        return super().__exit__(kind, error, trace)

    def _interrupt(self) -> None:
        # Without work out there is nothing to end, and one that still starts would have something to say about it.
        for pid in tuple(self._processes or ()) if self._pending_work_items else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)


class _Stop:
    """What a worker process knows of that."""

    asked = at_work = False


def _stop(_number: int, _frame: FrameType | None) -> None:
    first, _Stop.asked = not _Stop.asked, True
    # The pool ends who is idle. One that died of it would be a broken pool, which kills the others as they tidy up.
    if first and _Stop.at_work:
        raise KeyboardInterrupt


def _begin(begin: Callable[[], None]) -> None:
    signal.signal(signal.SIGINT, _stop)
    begin()


def _work[T](task: Callable[[], T]) -> T:
    _Stop.at_work = True
    try:
        if _Stop.asked:  # before this began
            raise KeyboardInterrupt
        return task()
    finally:
        _Stop.at_work = False


class _Place:
    """Where a worker process keeps its one worker: a process pool can hand over nothing else."""

    worker: Worker | None = None


def begin_grading(config: Config, kind: str, images: Sequence[str] = ()) -> None:
    """What a process begins with that will grade a lab which declares these images."""
    from grader.autograde.worker import Worker

    settle_in()
    _Place.worker = Worker.with_sandboxes(config, kind, images)


@cache
def settle_in() -> None:
    """What every process of a pool begins with; once."""
    from sqlalchemy.exc import SAWarning

    # nbgrader 0.9.6 makes SQLAlchemy 2.1 warn on every submission; nothing the instructor could do about it.
    warnings.filterwarnings("ignore", category=SAWarning)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A worker of a killed run would wait for work for ever, with its sandbox."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _grade(job: Job) -> SubmissionRecord:
    assert _Place.worker is not None
    return _Place.worker.grade(job)
