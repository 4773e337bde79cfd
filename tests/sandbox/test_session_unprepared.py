"""What becomes of a task whose preparation is kept from happening: no daemon, kernels of straw."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbformat.v4 import new_output

from grader.course.cells import Cell
from grader.course.release import Release
from grader.engines import EngineError
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.sandbox import CellOutcome, CellStatus, KernelLost
from grader.sandbox.bounds import Bounds
from grader.sandbox.session import NotRun, Session
from grader.values import DEFAULT_KEY

WEB = 'with check.task("web", hint="-") as t:\n    t.container("web").is_gone()'
NEXT = 'with check.task("next", hint="-", needs=("web",)) as t:\n    t.container("web").is_gone()'
OTHER = 'with check.task("other", hint="-") as t:\n    t.container("web").is_gone()'
FULL = new_output("error", ename="OSError", evalue="[Errno 28] No space left on device: 'a.sh'")


class Kernel:
    """One in which no script can be written; ``ends``: how such a cell ends."""

    def __init__(self, ends: CellStatus = CellStatus.ERROR) -> None:
        self._ends = ends
        self.ran: list[str] = []
        self.processes = self

    @contextmanager
    def frozen(self) -> Iterator[None]:
        yield

    def run(self, source: str, _seconds: float) -> CellOutcome:
        self.ran.append(source)
        if "restore_scripts" not in source:
            return CellOutcome([], CellStatus.OK, 1)
        reason = "" if self._ends is CellStatus.ERROR else "The cell took too long."
        return CellOutcome([FULL], self._ends, 1, reason)

    def wait_ready(self) -> None: ...

    def export(self, _variables: object) -> None: ...

    def is_orphaned(self) -> bool:
        return False


def session(
    folder: Path, setup: str, setup_kernel: Kernel | Callable[[], Kernel], *, disk_is_full: bool = False
) -> Session:
    """Of a lab with the tasks web, which has this setup cell, next, which builds on it, and other."""
    passed = TaskReport("any", "any", "", (Verdict(Status.PASSED, "It is gone."),))
    sandbox: Any = SimpleNamespace(
        bounds=Bounds(),
        engine=SimpleNamespace(patience=1.0),
        kernel=Kernel(),
        kernels=[],
        setup_kernel=(lambda: setup_kernel) if isinstance(setup_kernel, Kernel) else setup_kernel,
        images=SimpleNamespace(restore=list),
        checker=SimpleNamespace(check=lambda *_words, **_named: passed),
        daemon_lives=lambda: True,
        disk_is_full=lambda: disk_is_full,
    )
    (folder / "a.sh").write_bytes(b"docker run --name web \xff\n")
    cells = [Cell("code", "check = connect()", "connect", locked=True), Cell("code", setup, "web-setup", locked=True)]
    for name, source in (("web", WEB), ("next", NEXT), ("other", OTHER)):
        cells.append(Cell("code", source, name, grade=True, locked=True, points=1))
    return Session(sandbox, Release(tuple(cells), {}), DEFAULT_KEY, logging.getLogger("test"), originals=[folder])


def verdicts(of: Session) -> list[Status]:
    return [of.check(name, source).status for name, source in (("web", WEB), ("next", NEXT), ("other", OTHER))]


@pytest.mark.parametrize(
    ("ends", "disk_is_full", "status"),
    [
        (CellStatus.ERROR, False, Status.FAILED),
        # What is ours fails nobody.
        (CellStatus.ERROR, True, Status.COULD_NOT_CHECK),
        (CellStatus.TIMEOUT, False, Status.COULD_NOT_CHECK),
        (CellStatus.DEAD, False, Status.COULD_NOT_CHECK),
    ],
)
def test_whose_files_keep_a_script_from_being_put_back_has_failed(
    tmp_path: Path, ends: CellStatus, disk_is_full: bool, status: Status
) -> None:
    """Though the check would pass, as nothing was prepared; and so for what builds on the task."""
    one = session(tmp_path, "!sh a.sh", kernel := Kernel(ends), disk_is_full=disk_is_full)
    with pytest.raises(NotRun, match=r"a\.sh can't be written") as not_run:
        one.set_up("web-setup", "!sh a.sh")
    assert not_run.value.ours == (status is Status.COULD_NOT_CHECK)
    assert "!sh a.sh" not in kernel.ran
    assert verdicts(one) == [status, status, Status.PASSED]


def test_an_authors_slip_ends_no_session(tmp_path: Path) -> None:
    slip = 'check.plant("fault", of=SCRIPTS)'
    one = session(tmp_path, slip, Kernel())
    with pytest.raises(NotRun, match="must be written out"):
        one.set_up("web-setup", slip)
    assert verdicts(one) == [Status.COULD_NOT_CHECK, Status.COULD_NOT_CHECK, Status.PASSED]


@pytest.mark.parametrize(("setup", "connects"), [("!docker ps", False), ('check.value("name", length=8)', True)])
def test_the_kernel_that_prepares_is_ready_before_the_students_first_cell(
    tmp_path: Path, setup: str, connects: bool
) -> None:
    session(tmp_path, setup, kernel := Kernel())
    assert ("check = connect()" in kernel.ran) == connects


@pytest.mark.parametrize("trouble", [KernelLost, EngineError])
def test_one_that_can_not_be_had_so_early_ends_no_session(tmp_path: Path, trouble: type[Exception]) -> None:
    def lost() -> Kernel:
        raise trouble("gone")

    one = session(tmp_path, "!docker ps", lost)
    with pytest.raises(NotRun, match="gone"):
        one.set_up("web-setup", "!docker ps")
    assert verdicts(one) == [Status.COULD_NOT_CHECK, Status.COULD_NOT_CHECK, Status.PASSED]
