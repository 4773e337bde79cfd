"""The note of what ran: by IPython's own events, whole lines, and never in a cell's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from grader.report.cell_runs import digest_of, forget_runs, note_runs, runs_of, telling_line
from grader.report.progress import ProgressFolder

LAB = "00-tiny"


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
    shell.run_cell("y = 2", store_history=True)
    runs = runs_of(folder, LAB)
    assert [(run.cell, run.line) for run in runs] == [("one", "x = 1"), ("two", "1 / 0"), ("", "y = 2")]
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
