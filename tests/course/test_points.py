"""The points that a lab's text speaks of are those that its tasks give, and its minutes are those of its parts."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

REPO = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(REPO.glob("solutions/*/[0-9]*.ipynb"))
_TASK = re.compile(r"\*\*Task `(?P<task>[\w-]+)`(?: ★)? \((?P<points>\d+) points?\)")
#: A part's heading with its points; some labs give them in the first cell only.
_PART = re.compile(r"^# Part [^\n]* \((?P<points>\d+) points\)$", re.MULTILINE)
_TOTAL = re.compile(r"\*\*Tasks:\*\* (?P<tasks>\d+), for (?P<points>\d+) points")
_IN_PART = re.compile(r"(\d+) in part \w+")
#: The whole time, the number of parts, and the time of each, or one number for all.
_TIME = re.compile(r"\*\*Time:\*\* (\d+) minutes, mistakes included, in (\w+) parts of about ([\d, and]+) minutes\.")
_WORDS = ("no", "one", "two", "three", "four", "five", "six")


def graded(cell: NotebookNode) -> int:
    """The points of a check's cell, else 0."""
    about = cell.metadata.get("nbgrader", {})
    return int(about["points"]) if about.get("grade") else 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_tasks_text_has_the_points_of_its_check(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    told = {found["task"]: int(found["points"]) for cell in cells for found in _TASK.finditer(cell.source)}
    assert told == {cell.metadata["nbgrader"]["grade_id"]: graded(cell) for cell in cells if graded(cell)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lab_and_its_parts_have_the_sum_of_their_tasks(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    told: list[int] = []
    sums: list[int] = []
    for cell in cells:
        if cell.cell_type == "markdown" and (part := _PART.search(cell.source)):
            told.append(int(part["points"]))
            sums.append(0)
        elif sums:
            sums[-1] += graded(cell)
    assert told == sums
    points = [graded(cell) for cell in cells if graded(cell)]
    total = _TOTAL.search(cells[0].source)
    assert total is not None
    assert (int(total["tasks"]), int(total["points"])) == (len(points), sum(points))
    line = cells[0].source[total.start() :].partition("\n")[0]
    assert [int(number) for number in _IN_PART.findall(line)] in ([], told)


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem < "10"], ids=lambda path: path.stem)
def test_the_first_ten_labs_come_in_parts_of_forty_minutes_at_most(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    parts = sum(len(_PART.findall(cell.source)) for cell in cells if cell.cell_type == "markdown")
    told = _TIME.search(cells[0].source)
    assert told is not None
    minutes = [int(number) for number in re.findall(r"\d+", told[3])]
    assert told[2] == _WORDS[parts]
    assert len(minutes) in (1, parts)
    assert int(told[1]) == sum(minutes) * parts // len(minutes)
    assert max(minutes) <= 40


def test_the_readme_says_how_many_tasks_a_lab_has() -> None:
    numbers = [sum(graded(cell) > 0 for cell in nbformat.read(path, as_version=4).cells) for path in NOTEBOOKS[1:]]
    assert f"{min(numbers)} to {max(numbers)} graded tasks" in (REPO / "README.md").read_text(encoding="utf-8")
