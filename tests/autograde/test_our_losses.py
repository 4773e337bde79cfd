"""What a daemon or a kernel that is gone keeps from passing waits for the instructor: no daemon, kernels of straw."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from grading_course import grading_marks
from nbformat.v4 import new_code_cell, new_notebook, new_output

from grader.autograde.grading import Grading
from grader.autograde.verdict_cells import Graded, read_graded
from grader.course.cells import Cell
from grader.course.release import Release
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.sandbox import CellOutcome, CellStatus, FreezeError, KernelLost, KernelSettings, student_kernel
from grader.sandbox.bounds import Bounds
from grader.values import DEFAULT_KEY

TASK = 'with check.task("web", hint="Look.") as t:\n    t.container("web").is_running()'
OK = CellOutcome([], CellStatus.OK, 1)
ERROR = new_output("error", ename="DockerException", evalue="no answer")
FAILS = CellOutcome([ERROR], CellStatus.ERROR, 1, "", [ERROR])
HALF = CellOutcome([], CellStatus.OK, 1, "", [new_output("execute_result", {"text/plain": "1"})])
SLOW = CellOutcome([], CellStatus.TIMEOUT, 1, "The cell took too long and was interrupted.")
DEAD = CellOutcome([], CellStatus.DEAD, 1, "The kernel ended while this cell ran.")


class Kernel:
    """Gives these outcomes, one for each cell; after one that is DEAD it has ended."""

    def __init__(
        self, outcomes: Sequence[CellOutcome], *, held: bool = True, ends: bool = True, orphaned: bool = False
    ) -> None:
        self._outcomes = list(outcomes)
        self._held, self._ends, self._alive, self._orphaned = held, ends, True, orphaned
        self.processes = self

    @contextmanager
    def frozen(self) -> Iterator[None]:
        if not self._held:
            raise FreezeError("The student's processes could not be stopped for the check.")
        yield

    def run(self, source: str, _seconds: float) -> CellOutcome:
        outcome = self._outcomes.pop(0) if source in CELLS else OK
        self._alive = outcome is not DEAD
        return outcome

    def is_alive(self) -> bool:
        return self._alive

    def is_orphaned(self) -> bool:
        return self._orphaned and not self._alive

    def close(self) -> None:
        self._alive = not self._ends

    def export(self, _variables: object) -> None: ...

    def wait_ready(self) -> None: ...


CELLS = ("answer", "test")


class Sandbox:
    """As many kernels as are given. ``daemon``: it lives, has ended, or hangs; known as soon as a cell has run."""

    def __init__(
        self,
        kernels: Sequence[Kernel | None],
        daemon: str = "lives",
        kernels_most: int = 5,
        says: Status = Status.PASSED,
    ) -> None:
        self.bounds = Bounds(kernels=kernels_most)
        self._kernels = list(kernels)
        self._daemon, self._known = daemon, False
        self.kernel = self.replace_kernel()
        self.engine = SimpleNamespace(patience=1.0, is_alive=lambda: daemon != "ended")
        self.images = SimpleNamespace(restore=list)
        report = TaskReport("web", "Web", "Look.", (Verdict(says, "It runs."),))
        self.checker = SimpleNamespace(check=lambda *_words, **_named: report)

    def replace_kernel(self) -> Kernel:
        kernel = self._kernels.pop(0)
        if kernel is None:
            raise KernelLost("The student's kernel did not answer in 60 s.")
        self.kernel = kernel
        return kernel

    @property
    def kernels(self) -> list[Kernel]:
        return [self.kernel]

    def daemon_lives(self) -> bool:
        self._known = True
        return self._daemon == "lives"

    @property
    def daemon_hangs(self) -> bool:
        return self._known and self._daemon == "hangs"


def graded(sandbox: Sandbox, *cells: str) -> list[Graded]:
    """What became of the cells that are graded; ``cells``: answer, test or check."""
    known, notebook = [], new_notebook()
    for number, kind in enumerate(cells):
        source, name, grade = TASK if kind == "check" else kind, f"{kind}-{number}", kind != "answer"
        known.append(Cell("code", source, name, grade, locked=grade, points=2 if grade else 0.0))
        marks = grading_marks(name, "code", locked=grade, grade=grade, solution=not grade, points=2)
        notebook.cells.append(new_code_cell(source, metadata=marks))
    release = Release(tuple(known), {"name": "python3", "language": "python"})
    made: Any = sandbox
    Grading(made, release, DEFAULT_KEY, logging.getLogger("test")).run(notebook)
    return [found for cell in notebook.cells if (found := read_graded(cell)) is not None]


@pytest.mark.parametrize("daemon", ["ended", "hangs"])
@pytest.mark.parametrize("outcome", [FAILS, HALF, SLOW, DEAD], ids=["fails", "half", "slow", "dead"])
def test_a_test_that_fails_beside_a_daemon_that_is_gone_waits(daemon: str, outcome: CellOutcome) -> None:
    (found,) = graded(Sandbox([Kernel([outcome])], daemon), "test")
    assert (found.score, found.report.status) == (None, Status.COULD_NOT_CHECK)
    assert "The Docker daemon of this submission" in found.sentence


@pytest.mark.parametrize("daemon", ["lives", "ended", "hangs"])
def test_what_passes_needs_no_excuse(daemon: str) -> None:
    (found,) = graded(Sandbox([Kernel([OK])], daemon), "test")
    assert (found.score, found.report.status) == (2, Status.PASSED)


@pytest.mark.parametrize(("outcome", "score"), [(FAILS, 0), (HALF, 1), (SLOW, 0), (DEAD, 0)])
def test_beside_a_living_daemon_it_is_the_students(outcome: CellOutcome, score: float) -> None:
    (found,) = graded(Sandbox([Kernel([outcome])]), "test")
    assert (found.score, found.report.status) == (score, Status.FAILED)


def test_time_that_went_to_a_daemon_without_an_answer_is_not_the_students() -> None:
    waited = CellOutcome([], CellStatus.TIMEOUT, Bounds().notebook_seconds, SLOW.reason)
    for daemon, score in (("hangs", None), ("lives", 0)):
        (found,) = graded(Sandbox([Kernel([waited])], daemon), "answer", "test")
        assert found.score == score


def test_a_kernel_that_we_ended_is_not_counted_and_what_was_in_it_may_be_missed() -> None:
    kernels = [Kernel([OK], held=False), Kernel([FAILS], held=False), Kernel([OK, FAILS])]
    cells = ("answer", "check", "test", "check", "test", "test")
    found = graded(Sandbox(kernels, kernels_most=2), *cells)
    assert [one.score for one in found] == [2, None, 2, 2, None]
    assert "could not be stopped" in found[1].sentence


def test_that_happens_once_or_kernels_could_be_had() -> None:
    kernels = [Kernel([OK], held=False), Kernel([FAILS], held=False)]
    found = graded(Sandbox(kernels, kernels_most=1), "answer", "check", "test", "check", "test")
    assert [one.score for one in found] == [2, None, 2, None]


def test_what_can_be_neither_stopped_nor_ended_is_not_checked() -> None:
    (found,) = graded(Sandbox([Kernel([OK], held=False, ends=False)]), "answer", "check")
    assert (found.score, found.report.status) == (None, Status.COULD_NOT_CHECK)
    assert "could not be stopped" in found.sentence


def test_a_kernel_that_could_not_be_had_is_our_trouble_for_all_tests_that_follow() -> None:
    found = graded(Sandbox([Kernel([DEAD]), None], kernels_most=2), "answer", "test", "test")
    assert [one.score for one in found] == [None, None]
    assert "did not answer" in found[0].sentence


@pytest.mark.parametrize("says", [Status.FAILED, Status.BLOCKED])
@pytest.mark.parametrize("orphaned", [True, False])
def test_a_kernel_that_ended_with_the_fork_server_fails_nobody(orphaned: bool, says: Status) -> None:
    """No student can reach that, so that it excuses what is not on the daemon, too. And it costs no kernel."""
    kernels = [Kernel([DEAD], orphaned=orphaned), Kernel([FAILS, OK])]
    sandbox = Sandbox(kernels, kernels_most=1 if orphaned else 2, says=says)
    found = graded(sandbox, "answer", "check", "test", "test")
    assert [one.score for one in found] == ([None, None, 2] if orphaned else [0, 0, 2])
    (passed,) = graded(Sandbox([Kernel([DEAD], orphaned=orphaned)]), "answer", "check")
    assert passed.score == 2


def test_who_ended_their_own_kernels_has_none() -> None:
    found = graded(Sandbox([Kernel([DEAD])], kernels_most=1), "answer", "test")
    assert [one.score for one in found] == [0]


@pytest.mark.parametrize(("patience", "seconds"), [(1.0, "1 s"), (3.0, "3 s")])
def test_a_slow_engines_kernel_has_more_time_to_start(tmp_path: Path, patience: float, seconds: str) -> None:
    engine: Any = SimpleNamespace(patience=patience, enter=lambda _argv: ["sleep", "600"], variables=dict)
    with (
        student_kernel(engine, tmp_path, confined=False, settings=KernelSettings(start_timeout=1)) as kernel,
        pytest.raises(KernelLost, match=f"did not answer in {seconds}"),
    ):
        kernel.wait_ready()
