"""Run cases on a fresh daemon, in the session that grades."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from grader.author.cases import Case, Check, Kind, Observation, Run, SetUp, Step, Want
from grader.author.findings import Finding
from grader.course.answers import FOLDER
from grader.course.release import Release, released_files
from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.logs import SILENT
from grader.report.render import report_as_text
from grader.report.verdicts import Status, TaskReport
from grader.sandbox import CellOutcome, FreezeError, KernelLost
from grader.sandbox.bounds import Bounds
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.sandbox import Sandbox, give_file
from grader.sandbox.session import NotRun, Session
from grader.values import DEFAULT_KEY


class StoppableSandboxes:
    """Opens sandboxes that all end when the block of ``until_interrupted`` is left by an exception."""

    def __init__(self, kind: str, fork_server: ForkServer, bounds: Bounds) -> None:
        self._kind = kind
        self._bounds = bounds
        self._fork_server = fork_server
        self._lock = threading.Lock()
        self._stopped = False
        self._made: weakref.WeakSet[Sandbox] = weakref.WeakSet()

    @contextmanager
    def opened(self, images: Sequence[str] = ()) -> Iterator[Sandbox]:
        """A sandbox as a submission is graded in, with the images that its lab declares.

        Raises EngineError, also once the proof is interrupted.
        """
        interrupted = EngineError(_("The proof was interrupted."), "drydock author check")
        with self._lock:
            if self._stopped:
                raise interrupted
            sandbox = Sandbox(self._bounds, self._kind, self._fork_server, images)
            self._made.add(sandbox)
        try:
            sandbox.open()
            if self._stopped:
                raise interrupted  # while it was opened: there was nothing to discard yet
            yield sandbox
        finally:
            sandbox.close()

    @contextmanager
    def until_interrupted(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with self._lock:
                self._stopped = True
            # A case whose daemon and kernel are gone ends by itself, and clears up as always.
            for sandbox in list(self._made):
                sandbox.discard_engine()
            raise


#: Opens a sandbox with the images that a lab declares, and ends it. Raises EngineError.
Sandboxes = Callable[[Sequence[str]], AbstractContextManager[Sandbox]]


@dataclass(frozen=True)
class Outcome:
    """How a case went: it holds when there are no findings. ``seconds`` were spent in its cells and checks."""

    case: Case
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    #: What the last check said; None when none was made.
    status: Status | None = None
    #: Whether a cell took longer than it was given (``Run.seconds``).
    overran: bool = False


@dataclass(frozen=True)
class Life:
    """One daemon's life, in seconds, and the cases tried on it."""

    outcomes: tuple[Outcome, ...]
    seconds: float


def run_cases(cases: Sequence[Case], lab: Release, folder: Path, sandboxes: Sandboxes) -> Life:
    """Try ``cases`` of ``lab``, one after the other, with the files of its ``folder`` and one fresh daemon.

    A lab's faults become findings, never exceptions. A case that could not even begin has a finding, too.
    """
    started = time.monotonic()
    outcomes: list[Outcome] = []
    trouble = _("the case before it ended the daemon")
    try:
        with sandboxes(lab.images) as sandbox:
            _lay_out(folder, sandbox)
            session = Session(sandbox, lab, DEFAULT_KEY, SILENT, originals=[folder])
            stage = _Stage(session, sandbox.bounds.cell_seconds)
            for case in cases:
                outcomes.append(stage.play(case))
                if not sandbox.daemon_lives():
                    break
    except (EngineError, KernelLost, FreezeError) as error:
        trouble = str(error)
    what = _("The case could not be run: {reason}").format(reason=trouble)
    outcomes += [Outcome(case, (_finding(case, "", what, "drydock doctor"),)) for case in cases[len(outcomes) :]]
    return Life(tuple(outcomes), time.monotonic() - started)


def _lay_out(folder: Path, sandbox: Sandbox) -> None:
    """The lab's files as students get them, with no answers among them."""
    for relative in released_files(folder):
        if relative.parts[0] != FOLDER:
            give_file(folder, sandbox.folder, relative)


class _Stage:
    """A session, and what has been done there."""

    def __init__(self, session: Session, cell_seconds: float) -> None:
        self._session = session
        self._cell_seconds = cell_seconds
        self._solved: set[str] = set()
        self._connected = False
        self._printed = ""
        self._status: Status | None = None
        self._overran = False

    def play(self, case: Case) -> Outcome:
        since = time.monotonic()
        self._status, self._overran = None, False
        found = tuple(self._findings(case))
        return Outcome(case, found, time.monotonic() - since, self._status, self._overran)

    def _findings(self, case: Case) -> Iterator[Finding]:
        for step in self._script(case):
            problem = self._step(case, step)
            if self._overran:
                return
            if problem is not None:
                yield problem
                if case.task:
                    # What follows would only repeat the same trouble in other words.
                    return

    def _script(self, case: Case) -> Iterator[Step]:
        self._session.become(case.student)
        if case.connect is not None and not self._connected:
            self._connected = True
            yield case.connect
        for ground in case.groundwork:
            if ground.task not in self._solved:
                yield from ground.steps
                # Only when all of it went well: a problem ends the script here.
                self._solved.add(ground.task)
        yield from case.steps

    def _step(self, case: Case, step: Step) -> Finding | None:
        if isinstance(step, Check):
            report = self._session.check(step.task, step.source)
            # Of the task itself: what a needed one's check said is no news.
            self._status = report.status if step.task == case.task else None
            return _check_problem(case, step, report)
        if isinstance(step, Observation):
            step = step.asked(self._printed)
        try:
            if isinstance(step, SetUp):
                outcome = self._session.set_up(step.name, step.source)
            else:
                outcome = self._session.run(step.source, step.where, step.seconds)
                self._overran = step.seconds is not None and outcome.status in ("timeout", "dead")
            self._printed = _printed(outcome.outputs)
            return _cell_problem(case, step, outcome, self._cell_seconds)
        except NotRun as trouble:
            return _finding(
                case, step.where, _("The cell “{cell}” was not run.").format(cell=step.where), "", str(trouble)
            )


def _cell_problem(case: Case, step: Run | SetUp, outcome: CellOutcome, seconds: float) -> Finding | None:
    if outcome.status == "ok" or (outcome.status == "error" and not step.must_work):
        return None
    if outcome.status == "error":
        what = _("The cell “{cell}” ends with an error.").format(cell=step.where)
        remedy = _("Mend it, or tag the cell “raises-exception” if the error is the lesson.")
    else:
        what = _("The cell “{cell}” did not end: {reason}").format(cell=step.where, reason=outcome.reason)
        remedy = _("Make it shorter: a cell has {seconds:.0f} s.").format(seconds=seconds)
    return _finding(case, step.where, what, remedy, _tail(outcome.outputs))


def _check_problem(case: Case, step: Check, report: TaskReport) -> Finding | None:
    note = f" ({step.note})" if step.note else ""
    text = report_as_text(report)
    if report.status is Status.COULD_NOT_CHECK:
        return _finding(case, step.task, _("The check could not be made{note}.").format(note=note), "", text)
    passed = report.status is Status.PASSED
    if step.want is Want.PASS:
        return None if passed else _finding(case, step.task, _should_pass(case, note), _SEE, text)
    if passed:
        remedy = _("Make the check ask for more.")
        if case.kind is Kind.WRONG and step.note:
            remedy = _("Show what the text asks for; “# expect hidden:” is for what an honest answer can't miss.")
        return _finding(case, step.task, _should_fail(case, note), remedy, text)
    # In the solution only what is asked just before an answer is to fail: there, too, nothing was typed.
    if case.kind in (Kind.BLANK, Kind.SOLUTION) and report.fraction > 0 and not step.may_earn:
        what = _("The untouched task earns {share:.0%} of its points{note}.").format(share=report.fraction, note=note)
        remedy = _("Add .as_before() to what holds before the work: docs/checks.md")
        return _finding(case, step.task, what, remedy, text)
    if step.expect and not any(verdict.fails_with(step.expect) for verdict in report.verdicts):
        return _finding(
            case,
            step.task,
            _("It fails, but not with “{expect}”{note}.").format(expect=step.expect, note=note),
            _("Mend the check, or the file's “# expect:” line, so that the student reads the real reason."),
            text,
        )
    return None


_SEE = _("Type it in a lab daemon of your own: drydock lab")


def _should_pass(case: Case, note: str) -> str:
    if case.kind is Kind.RIGHT and not note:
        return _("A right answer does not pass.")
    return _("The solution does not pass{note}.").format(note=note)


def _should_fail(case: Case, note: str) -> str:
    if case.kind is Kind.WRONG:
        return _("A wrong answer passes{note}.").format(note=note)
    if case.kind is Kind.MUTANT:
        return _("The solution passes although it was changed.")
    return _("The task passes although nothing was typed{note}.").format(note=note)


def _finding(case: Case, where: str, what: str, remedy: str, detail: str = "") -> Finding:
    place = case.path or (f"{case.name}: {where}" if where else case.name)
    return Finding(case.lab, place, what, remedy, detail)


def _printed(outputs: Sequence[NotebookNode]) -> str:
    return "".join(str(output.text) for output in outputs if output.output_type == "stream")


def _tail(outputs: Sequence[NotebookNode], lines: int = 12) -> str:
    """The last lines a cell printed, then its error without the traceback: the cell is short enough to look at."""
    parts = [
        f"{output['ename']}: {output['evalue']}" if output.output_type == "error" else str(output.get("text", ""))
        for output in outputs
    ]
    return "\n".join("\n".join(parts).strip().splitlines()[-lines:])
