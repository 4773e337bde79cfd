"""A lab's table of topics, where it has one: a cell that is there teaches each, and a task that is there grades it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

_SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
_TABLES = sorted(_SOLUTIONS.glob("*/topics.md"))


def rows(table: Path) -> list[tuple[str, str, str]]:
    """Topic, cells that teach it, tasks that grade it: the table's columns, several ids in one by commas."""
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    found = [tuple(field.strip() for field in line.strip("|").split("|")) for line in lines[2:]]
    assert all(len(row) == 3 for row in found), found
    return [(row[0], row[1], row[2]) for row in found]


def ids(field: str) -> list[str]:
    return re.findall(r"`([a-z0-9-]+)`", field)


@pytest.mark.parametrize("table", _TABLES, ids=lambda table: table.parent.name)
def test_each_topic_is_taught_and_graded(table: Path) -> None:
    lab = table.parent.name
    cells = json.loads((table.parent / f"{lab}.ipynb").read_text(encoding="utf-8"))["cells"]
    known = {cell["id"] for cell in cells}
    about = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    tasks = {entry["grade_id"] for entry in about if entry.get("points")}
    graded: set[str] = set()
    for topic, taught_in, graded_by in rows(table):
        assert ids(taught_in), topic
        assert set(ids(taught_in)) <= known, topic
        assert ids(graded_by), topic
        assert set(ids(graded_by)) <= tasks, topic
        graded |= set(ids(graded_by))
    assert graded == tasks, "each task is there for a topic"


def test_there_are_tables() -> None:
    assert _TABLES
