"""A task's check, and the checks of one lab: what a notebook's ``check`` is."""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from grader.checks import kinds
from grader.checks.answer import store
from grader.checks.build.run import remove_left
from grader.checks.errors import AuthorError, CheckFailed, CouldNotCheck, OutOfTime
from grader.checks.expectation import Context, author_verdict
from grader.checks.throwaway import remove_orphans
from grader.course.declared import LONGEST, is_longer
from grader.docker_api import blame
from grader.docker_api.connection import Connection
from grader.docker_api.course_images import CourseImages
from grader.docker_api.daemon import REQUEST_SECONDS, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import NoAnswer, Obstructed
from grader.i18n import _
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.values import BadDeclaration, Value, Values

if TYPE_CHECKING:
    from grader.checks.answer import Answer
    from grader.checks.build import Build, Builder
    from grader.checks.card import CardSubject
    from grader.checks.container import Container
    from grader.checks.daemon import DaemonSettings
    from grader.checks.event import Event
    from grader.checks.folder import Folder, Place
    from grader.checks.host import Host, Podman
    from grader.checks.image import Image, Images
    from grader.checks.network import Network
    from grader.checks.project import Project
    from grader.checks.prometheus import Prometheus
    from grader.checks.registry import Registry
    from grader.checks.volume import Volume, Volumes

_TASK_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


class Checks:
    """All checks of a lab against one daemon.

    ``deadline`` is the time for one task in seconds; ``on_report`` gets each finished report, ``on_wait`` a sentence on
    whatever is waited for; ``values`` are those of the copy of the lab that is checked; ``course_images`` what somebody
    saw before the student began; ``folder`` the lab's. ``only_looks``: what would leave a trace could not be checked.
    """

    def __init__(
        self,
        endpoint_host: str | None = None,
        *,
        deadline: float = 50.0,
        request_seconds: float = REQUEST_SECONDS,
        on_report: Callable[[TaskReport], None] = lambda report: None,
        on_wait: Callable[[str], None] = lambda told: None,
        values: Values | None = None,
        course_images: CourseImages | None = None,
        folder: Place | None = None,
        only_looks: bool = False,
    ) -> None:
        self._connection = Connection(endpoint_host, course_images, only_looks=only_looks)
        self._given_deadline = self._deadline = deadline
        self._request_seconds = request_seconds
        self._on_report = on_report
        self._on_wait = on_wait
        self._values = values or Values()
        self._folder = folder
        self._reports: dict[str, TaskReport] = {}
        self._sightings: set[str] = set()

    def _daemon(self, longer: float = 1) -> Daemon:
        return Daemon(
            self._connection,
            Deadline(self._deadline * longer),
            request_seconds=self._request_seconds,
            on_wait=self._on_wait,
        )

    def task(
        self,
        id: str,
        *,
        hint: str,
        title: str = "",
        needs: Sequence[str] = (),
        after: Sequence[str] = (),
        symptom_first: bool = False,
        longer: float = 1,
    ) -> Task:
        """The check of one task, a context manager.

        ``needs``: tasks that must not have failed before. ``after``: others that it builds on; may have failed.
        ``symptom_first``: of what is not met, the first is shown and the others are folded away.
        ``longer``: how many times as long as other checks it may take; a plain number, read without running the cell.
        """
        return Task(self, id, hint, title, needs, after, symptom_first, longer)

    def answer(self, name: str, value: object) -> None:
        """Keep an answer on the daemon, for the check that follows. Typed by students."""
        daemon = self._daemon()
        kept = store(daemon, name, value)
        print(_("Answer {name} kept: {value}").format(name=name, value=kept))

    @overload
    def value[T: (int, str)](self, name: str, *, of: Sequence[T]) -> T: ...

    @overload
    def value(self, name: str, *, length: int) -> str: ...

    @overload
    def value[T: (int, str)](self, name: str, *, order: Sequence[T]) -> tuple[T, ...]: ...

    def value(
        self,
        name: str,
        *,
        of: Sequence[int | str] | None = None,
        length: int | None = None,
        order: Sequence[int | str] | None = None,
    ) -> Value:
        """This copy's own value: one ``of`` some choices, a token of ``length`` characters, or an ``order`` of things.

        docs/individual-values.md shows a task with one. Raises AuthorError.
        """
        try:
            return self._values.get(name, of=of, length=length, order=order)
        except BadDeclaration as mistake:
            raise AuthorError(str(mistake)) from mistake

    @property
    def reports(self) -> Mapping[str, TaskReport]:
        """The latest report of each task so far."""
        return dict(self._reports)

    @property
    def sightings(self) -> frozenset[str]:
        """Objects seen so far ("container:web"): evidence that something existed before it was removed."""
        return frozenset(self._sightings)

    def remember(self, report: TaskReport, sightings: Sequence[str] = ()) -> None:
        """Take over what another process found out, so that ``needs`` and gone-checks know it."""
        self._reports[report.task] = report
        self._sightings.update(sightings)

    def prepare(self) -> None:
        """Look at the daemon before a student does: which images are the course's is decided now.

        A task of a slow engine's gets more time from now on, as in grading. Raises Unavailable or Refused.
        """
        daemon = self._daemon()
        daemon.course_images()
        self._deadline = self._given_deadline * daemon.pace()

    def version(self) -> str:
        """The daemon's version, such as 26.1.5. Raises Unavailable or Refused."""
        daemon = self._daemon()
        return str(daemon.ask(lambda client: client.version()).get("Version", "?"))

    def tidy(self) -> None:
        """Remove containers and images of ours that a check which was killed just now left on the daemon."""
        daemon = self._daemon()
        with suppress(NoAnswer):
            remove_orphans(daemon, older_than=-math.inf)
            remove_left(daemon)

    def again(
        self, *, deadline: float, on_report: Callable[[TaskReport], None], values: Values, only_looks: bool
    ) -> Checks:
        """The same daemon and the same memory; another deadline and listener, and the values of a copy."""
        other = Checks(
            self._connection.host or None,
            deadline=deadline,
            request_seconds=self._request_seconds,
            on_report=on_report,
            values=values,
            course_images=self._connection.images,
            folder=self._folder,
            only_looks=only_looks,
        )
        other._reports, other._sightings = dict(self._reports), set(self._sightings)
        return other

    def close(self) -> None:
        """End the connection to the daemon; the next question opens a new one."""
        self._connection.close()


@dataclass(eq=False)
class Task:
    """One task's check. Every expectation stated inside ``with`` is judged at once; leaving reports."""

    _checks: Checks
    _id: str
    _hint: str
    _title: str
    _needs: Sequence[str]
    _after: Sequence[str]
    _symptom_first: bool
    _longer: float
    _context: Context | None = None

    if TYPE_CHECKING:
        # Ours, for editors and mypy; pyproject.toml registers them, and others register more.
        def build(
            self, folder: str, *, dockerfile: str = "Dockerfile", target: str = "", args: Mapping[str, str] | None = ...
        ) -> Build: ...
        def builder(self) -> Builder: ...
        def card(self, name: str) -> CardSubject: ...
        def container(self, name: str) -> Container: ...
        def daemon(self) -> DaemonSettings: ...
        def host(self, name: str, *, socket: str = "/var/run/docker.sock") -> Host: ...
        def image(self, reference: str) -> Image: ...
        def images(self, *, label: str) -> Images: ...
        def folder(self, path: str) -> Folder: ...
        def network(self, name: str) -> Network: ...
        def podman(self, name: str, *, user: str = "root") -> Podman: ...
        def project(self, name: str) -> Project: ...
        def prometheus(self, name: str) -> Prometheus: ...
        def registry(self, address: str, *, user: tuple[str, str] | None = None, tls: bool = False) -> Registry: ...
        def volume(self, name: str) -> Volume: ...
        def volumes(self, *, label: str) -> Volumes: ...
        def answer(self, name: str) -> Answer: ...
        def event(self, kind: str, action: str, name: str | None = None, /, **attributes: str) -> Event: ...

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        """``t.KIND``: called, it gives what expectations are stated about (docs/extending.md)."""
        if kind.startswith("_"):
            raise AttributeError(kind)
        subject = kinds.kind_named(kind)

        def stated(*words: Any, **named: Any) -> Any:
            if self._context is None:
                raise AuthorError(_("a task is used inside its with block: with check.task(…) as t"))
            return subject.stated(self._context, *words, **named)

        return stated

    def __enter__(self) -> Task:
        mistake = self._mistake()
        daemon = self._checks._daemon(1 if mistake else self._longer)
        self._context = Context(
            str(self._id), daemon, self._checks._values, self._checks._folder, sightings=self._checks._sightings
        )
        self._context.cleanup.push(daemon.cleanup)
        if mistake:
            self._context.record(author_verdict(AuthorError(mistake)))
            self._finish(None)
        for report in map(self._checks._reports.get, self._needs):
            if report is not None and report.status in (Status.FAILED, Status.BLOCKED):
                self._context.record(_blocked(report))
        if self._context.verdicts:
            self._finish(None)
        return self

    def _mistake(self) -> str:
        if not isinstance(self._id, str) or not _TASK_ID.fullmatch(self._id):
            return _("a task's id must be lower case letters, digits and dashes, not {id!r}").format(id=self._id)
        if not isinstance(self._hint, str) or not self._hint.strip():
            return _("task {id} needs a hint").format(id=self._id)
        for tasks in (self._needs, self._after):
            if isinstance(tasks, str) or not all(isinstance(task, str) for task in tasks):
                return _('needs and after list task ids such as ("build-app",), not {tasks!r}').format(tasks=tasks)
        if not is_longer(self._longer):
            return _("longer is a number from 1 to {most}, not {longer!r}").format(most=LONGEST, longer=self._longer)
        return ""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        context = self._context
        if isinstance(error, KeyboardInterrupt | GeneratorExit):
            # Interrupted by hand: no report, but nothing of ours stays behind either.
            if context is not None:
                context.cleanup.close()
            return
        if context is None:
            raise RuntimeError("a task is left before it was entered")
        if error is not None:
            context.record(_stumbled(error, context.daemon.deadline))
        elif not context.verdicts:
            context.record(author_verdict(AuthorError(_("task {id} expects nothing").format(id=self._id))))
        self._finish(error)

    def _finish(self, cause: BaseException | None) -> None:
        context, self._context = self._context, None
        if context:
            context.cleanup.close()
        verdicts = tuple(context.verdicts) if context else ()
        if self._symptom_first:
            verdicts = tuple(_folded(verdicts))
        title = self._title or str(self._id).replace("-", " ").capitalize()
        report = TaskReport(str(self._id), title, str(self._hint or ""), verdicts)
        self._checks.remember(report)
        self._checks._on_report(report)
        if report.status is Status.COULD_NOT_CHECK:
            raise CouldNotCheck(report) from cause
        if report.status is not Status.PASSED:
            raise CheckFailed(report) from cause


def _folded(verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    """The same, but each failure after the first is quiet: the symptom is told, where it comes from is to be found."""
    failed = False
    for verdict in verdicts:
        is_failure = verdict.status is Status.FAILED
        yield replace(verdict, quiet=True) if failed and is_failure else verdict
        failed = failed or is_failure


def _blocked(needed: TaskReport) -> Verdict:
    return Verdict(
        Status.BLOCKED,
        _("This task builds on the task {task}").format(task=needed.task),
        _("{task} passed").format(task=needed.task),
        _("{task} has not passed yet").format(task=needed.task),
        look=_("Finish {task} first and run its check again, then this one. Nothing is lost.").format(task=needed.task),
    )


def _stumbled(error: BaseException, deadline: Deadline) -> Verdict:
    """An exception inside the with block: the author's mistake or our own, or the end of the time."""
    if isinstance(error, AuthorError):
        return author_verdict(error)
    sentence = _("This check can be evaluated")
    if isinstance(error, OutOfTime):
        trouble = blame.of_the_end(deadline)
        if isinstance(trouble, Obstructed):
            return Verdict(Status.FAILED, sentence, found=str(trouble))
        reason = str(trouble)
    else:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)]
        reason = _("The check cell stumbled at its line {line}: {why}").format(
            line=lines[0] if lines else "?", why=error
        )
    return Verdict(
        Status.COULD_NOT_CHECK,
        sentence,
        found=reason,
        look=_("This says nothing about your work. Run the check again; if it stays so, tell the lab's author."),
    )
