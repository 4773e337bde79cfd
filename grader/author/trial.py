"""Run cases on a fresh daemon, inside the same walls and with the same checker as grading.

What runs is the author's own work: on an engine without walls it runs without them.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from grader.author.answers import FOLDER
from grader.author.cases import Case, Check, Kind, Run, Step, Want
from grader.author.findings import Finding
from grader.engines.protocol import Engine, EngineError
from grader.execution import CellOutcome, Checker, FreezeError, KernelLost, StudentKernel, checker, student_kernel
from grader.i18n import _
from grader.nursery import Nursery
from grader.report.verdicts import Status, TaskReport
from grader.values import DEFAULT_KEY, KEY_VARIABLE, StudentKey

#: Makes an engine that isn't started yet; the argument is the folders it shares with the host.
EngineMaker = Callable[[Sequence[Path]], Engine]
#: Seconds for one student cell and one check; a lab's cell that needs longer is a bad exercise.
CELL_SECONDS = 60.0
CHECK_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """How a case went: it holds when there are no findings. ``seconds`` were spent in its cells and checks."""

    case: Case
    findings: tuple[Finding, ...]
    seconds: float = 0.0


@dataclass(frozen=True)
class Life:
    """One daemon's life, in seconds, and the cases tried on it."""

    outcomes: tuple[Outcome, ...]
    seconds: float


def run_cases(cases: Sequence[Case], folder: Path, make_engine: EngineMaker, nursery: Nursery) -> Life:
    """Try ``cases``, one after the other, in a copy of the lab's ``folder`` with one fresh daemon.

    A lab's faults become findings, never exceptions. A case that could not even begin has a finding, too.
    """
    started = time.monotonic()
    outcomes: list[Outcome] = []
    trouble = _("the case before it ended the kernel or the daemon")
    try:
        with (
            _workdir(folder) as workdir,
            make_engine([workdir]) as engine,
            _cleared(engine, workdir),
            student_kernel(engine, workdir, confined=engine.has_walls, nursery=nursery) as kernel,
            checker(engine, nursery=nursery) as checks,
        ):
            # The kernel was launched first, so that it boots while the checker does.
            kernel.wait_ready()
            stage = _Stage(kernel, checks, cell_seconds=CELL_SECONDS * engine.patience)
            for case in cases:
                outcomes.append(stage.play(case))
                if not kernel.is_alive() or not engine.is_alive():
                    break
    except (EngineError, KernelLost, FreezeError) as error:
        trouble = str(error)
    what = _("The case could not be run: {reason}").format(reason=trouble)
    outcomes += [Outcome(case, (_finding(case, "", what, "drydock doctor"),)) for case in cases[len(outcomes) :]]
    return Life(tuple(outcomes), time.monotonic() - started)


@contextmanager
def _workdir(folder: Path) -> Iterator[Path]:
    """A copy of the lab's folder that the student's user may write to, with no answers in it."""
    with tempfile.TemporaryDirectory(prefix="drydock-case-", ignore_cleanup_errors=True) as parent:
        copy = Path(parent) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(FOLDER, "*.ipynb", ".ipynb_checkpoints"))
        for path in [copy, *copy.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o777 if path.is_dir() else 0o666))
        yield copy


@contextmanager
def _cleared(engine: Engine, workdir: Path) -> Iterator[None]:
    """In the end, remove what the engine's users wrote there; an ordinary user can't remove the files of others."""
    try:
        yield
    finally:
        engine.remove_tree(workdir)


def student_of(case: Case) -> StudentKey:
    """Another student each time the solution is tried again: one that types a value in is found out."""
    if case.kind is Kind.SOLUTION and not case.name.endswith((" 1", "solution")):
        return StudentKey.derive(b"author's proof", case.name)
    return DEFAULT_KEY


class _Stage:
    """A kernel and a checker on one daemon, and what has been done there."""

    def __init__(self, kernel: StudentKernel, checks: Checker, *, cell_seconds: float) -> None:
        self._kernel = kernel
        self._cell_seconds = cell_seconds
        self._checks = checks
        self._solved: set[str] = set()
        self._connected = False
        self._key = DEFAULT_KEY

    def play(self, case: Case) -> Outcome:
        since = time.monotonic()
        found = tuple(self._findings(case))
        return Outcome(case, found, time.monotonic() - since)

    def _findings(self, case: Case) -> Iterator[Finding]:
        for step in self._script(case):
            problem = self._step(case, step)
            if problem is not None:
                yield problem
                if not self._kernel.is_alive() or case.task:
                    # What follows would only repeat the same trouble in other words.
                    return

    def _script(self, case: Case) -> Iterator[Step]:
        self._key = student_of(case)
        self._kernel.export({KEY_VARIABLE: self._key.text})
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
        if isinstance(step, Run):
            return _cell_problem(case, step, self._kernel.run(step.source, self._cell_seconds))
        with self._kernel.processes.frozen():
            report = self._checks.check(step.task, step.source, CHECK_SECONDS, key=self._key)
        return _check_problem(case, step, report)


def _cell_problem(case: Case, step: Run, outcome: CellOutcome) -> Finding | None:
    if outcome.status == "ok" or (outcome.status == "error" and not step.must_work):
        return None
    if outcome.status == "error":
        what = _("The cell “{cell}” ends with an error.").format(cell=step.where)
        remedy = _("Mend it, or tag the cell “raises-exception” if the error is the lesson.")
    else:
        what = _("The cell “{cell}” did not end: {reason}").format(cell=step.where, reason=outcome.reason)
        remedy = _("Make it shorter: a cell has {seconds:.0f} s.").format(seconds=CELL_SECONDS)
    return _finding(case, step.where, what, remedy, _tail(outcome.outputs))


def _check_problem(case: Case, step: Check, report: TaskReport) -> Finding | None:
    note = f" ({step.note})" if step.note else ""
    text = report.as_text()
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
    if case.kind is Kind.BLANK and report.fraction > 0:
        what = _("The untouched task earns {share:.0%} of its points{note}.").format(share=report.fraction, note=note)
        remedy = _("Add .as_before() to what holds before the work: docs/checks.md")
        return _finding(case, step.task, what, remedy, text)
    if step.expect and not _says(report, step.expect):
        return _finding(
            case,
            step.task,
            _("It fails, but not with “{expect}”.").format(expect=step.expect),
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
    return _("The task passes although nothing was typed{note}.").format(note=note)


def _says(report: TaskReport, expected: str) -> bool:
    return any(expected in verdict.text for verdict in report.verdicts if verdict.status is Status.FAILED)


def _finding(case: Case, where: str, what: str, remedy: str, detail: str = "") -> Finding:
    place = case.path or (f"{case.name}: {where}" if where else case.name)
    return Finding(case.lab, place, what, remedy, detail)


def _tail(outputs: Sequence[NotebookNode], lines: int = 12) -> str:
    """The last lines a cell printed, then its error without the traceback: the cell is short enough to look at."""
    parts = [
        f"{output['ename']}: {output['evalue']}" if output.output_type == "error" else str(output.get("text", ""))
        for output in outputs
    ]
    return "\n".join("\n".join(parts).strip().splitlines()[-lines:])
