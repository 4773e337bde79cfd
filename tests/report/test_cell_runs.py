"""The note of what ran: by IPython's own events, whole lines, and never in a cell's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from grader.course.labs import RELEASE, Course
from grader.report.cell_runs import ENDING, checked_task, digest_of, forget_runs, note_runs, runs_of, telling_line
from grader.report.progress import ProgressFolder

LAB = "00-tiny"
_COURSE = Course(Path(__file__).parents[2])


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield InteractiveShell()
    InteractiveShell.clear_instance()


def test_each_run_is_noted_once_however_often_the_notebook_connects(shell: InteractiveShell, tmp_path: Path) -> None:
    folder = ProgressFolder(tmp_path / ".progress")
    for _again in range(2):
        note_runs(folder, LAB, shell)
    shell.run_cell("# the first\nx = 1\n", cell_id="one", store_history=True)
    shell.run_cell("1 / 0", cell_id="two", store_history=True)
    shell.run_cell("port = 2\ncheck.task(\n  'web')", store_history=True)
    runs = runs_of(folder, LAB)
    assert [(run.cell, run.line) for run in runs] == [("one", "x = 1"), ("two", "1 / 0"), ("", "port = 2")]
    assert [run.task for run in runs] == ["", "", "web"]
    assert runs[0].digest == digest_of("\n# the first\nx = 1")
    forget_runs(folder)
    assert runs_of(folder, LAB) == ()


def test_a_damaged_note_and_a_full_disk_keep_nobody_from_working(shell: InteractiveShell, tmp_path: Path) -> None:
    folder = ProgressFolder(tmp_path)
    note_runs(folder, LAB, shell)
    shell.run_cell("x = 1", cell_id="one", store_history=True)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b'\xff{"cell": 1}\n[]\n{"cell": "a"\n' + file.read_bytes())
    assert [run.cell for run in runs_of(folder, LAB)] == ["one"]
    file.unlink()
    file.mkdir()
    assert shell.run_cell("y = 2", store_history=True).success
    assert runs_of(folder, LAB) == ()
    assert folder.latest() == ""


def test_a_cell_is_known_by_the_line_that_does_something() -> None:
    assert telling_line("%%bash\n# start it\ndocker ps\n") == "docker ps"
    assert telling_line("# only a thought") == "# only a thought"
    assert telling_line("") == ""


def test_a_note_of_an_earlier_drydock_is_read(tmp_path: Path) -> None:
    folder = ProgressFolder(tmp_path)
    folder.file(LAB, ENDING).write_text('{"cell": "c", "digest": "d", "line": "with check.task(", "at": 1}')
    assert [(run.at, run.task) for run in runs_of(folder, LAB)] == [(1, "")]


@pytest.mark.parametrize("lab", _COURSE.names(RELEASE))
def test_whose_task_a_released_check_cell_checks_is_seen(lab: str) -> None:
    tasks = _COURSE.lab(lab, RELEASE).tasks
    assert [checked_task(task.check.source) for task in tasks] == [task.id for task in tasks] != []


@pytest.mark.parametrize("source", ["docker ps", "mycheck.task('web')", "check.task(name)", "check.card()"])
def test_another_cell_checks_none(source: str) -> None:
    assert checked_task(source) == ""
