"""A lab's table of topics: a cell teaches each, a task grades it, all are there; and docs/topics.md has them all, as
docs/mutants.md has what is on record of the labs' mutants."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SOLUTIONS = _ROOT / "solutions"
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


def test_a_row_in_quotation_marks_tells_what_is_in_the_claim() -> None:
    claims = [topic for table in _TABLES for topic, _cells, _tasks in rows(table) if topic.startswith("“")]
    assert claims
    assert [claim for claim in claims if not re.match(r"“.+”: (false|right)\b", claim)] == []


def test_there_are_tables() -> None:
    assert _TABLES


def topics(*words: str) -> subprocess.CompletedProcess[str]:
    script = _ROOT / "scripts" / "topics.py"
    return subprocess.run([sys.executable, str(script), *words], capture_output=True, text=True, check=False)


def test_the_pages_are_what_is_made_of_what_lies_beside_the_labs() -> None:
    done = topics("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


_NOTEBOOK = {
    "cells": [
        ("title", "markdown", "# 07 · Knots", {}),
        ("connect", "code", 'from grader.notebook import connect\n\ncheck = connect("07-knots")', {}),
        (
            "reef-text",
            "markdown",
            "## 1 · Reef\n\n**Believe nothing, prove it.** *“A reef knot is two | knots.”*\n\n> **Task `reef`.**",
            {},
        ),
        ("reef-check", "code", 'with check.task("reef", hint="") as t:\n    pass', {"grade_id": "reef", "points": 2}),
        ("reef-after", "markdown", "That was it.\n\n## 2 · Bowline", {}),
        ("bow-check", "code", 'with check.task("bow", hint="") as t:\n    pass', {"grade_id": "bow", "points": 2}),
    ]
}
_TABLE = """# What it teaches

| topic | taught in | graded by |
|---|---|---|
| reef knots | `reef-text`, `reef-after` | `reef` |
| `docker knot` | `reef-after` | `bow` |
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """One lab with a table, one without, and a page that is written by hand around its marks."""
    for name in ("07-knots", "08-bare"):
        (tmp_path / "solutions" / name).mkdir(parents=True)
        cells = [
            {
                "id": cell,
                "cell_type": kind,
                "source": source,
                "metadata": {"nbgrader": {"grade": True, "solution": False, "locked": True, **about}} if about else {},
            }
            | ({"outputs": [], "execution_count": None} if kind == "code" else {})
            for cell, kind, source, about in _NOTEBOOK["cells"]
        ]
        book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (tmp_path / "solutions" / name / f"{name}.ipynb").write_text(json.dumps(book))
    (tmp_path / "solutions" / "07-knots" / "topics.md").write_text(_TABLE)
    (tmp_path / "docs").mkdir()
    page = "# Mine\n\n<!-- from here on: make topics -->\n<!-- up to here -->\n\nBelow.\n"
    for name in ("topics.md", "mutants.md"):
        (tmp_path / "docs" / name).write_text(page)
    return tmp_path


def test_the_page_is_made_of_the_tables_and_keeps_what_is_written_by_hand(course: Path) -> None:
    stale = topics("--check", str(course))
    assert stale.returncode == 1
    assert "make topics" in stale.stdout
    assert topics(str(course)).returncode == 0
    assert topics("--check", str(course)).returncode == 0
    page = (course / "docs" / "topics.md").read_text()
    assert page.startswith("# Mine\n\n<!--") and page.endswith("-->\n\nBelow.\n")
    assert "## 07 · Knots" in page and "08" not in page
    # The cell ends one section and begins the next: the task tells which is meant.
    assert "| reef knots | 1 · Reef | `reef` |" in page
    assert "| `docker knot` | 2 · Bowline | `bow` |" in page


def test_a_claim_is_listed_with_what_the_table_knows_of_it(course: Path) -> None:
    knots = "[07](../labs/07-knots/07-knots.ipynb)"
    topics(str(course))
    page = course / "docs" / "topics.md"
    assert f"| “A reef knot is two \\| knots.” | try it | {knots} | `reef` |" in page.read_text()
    row = "| “A reef knot is two knots”: right, of a kind | `reef-text` | `reef` |\n"
    (course / "solutions" / "07-knots" / "topics.md").write_text(_TABLE + row)
    assert topics("--check", str(course)).returncode == 1
    topics(str(course))
    assert f"| “A reef knot is two knots” | right, of a kind | {knots} | `reef` |" in page.read_text()
    assert "try it" not in page.read_text()


def test_what_is_on_record_of_mutants_is_a_row_a_lab(course: Path) -> None:
    assert topics(str(course)).returncode == 0
    answers = course / "solutions" / "07-knots" / "answers"
    answers.mkdir()
    known = {
        "digest": "of another day",
        "made": 9,
        "killed": "1a 1b",
        "ran into the limit": "2a",
        "passed": {"3a": "x"},
    }
    tasks = {"reef": {**known, "could not be checked": "4a"}}
    record = {"date": "2026-12-01", "docker": ["26.1.5"], "seconds": 301, "tasks": tasks}
    (answers / "mutants.json").write_text(json.dumps(record))
    assert topics("--check", str(course)).returncode == 1
    topics(str(course))
    page = course / "docs" / "mutants.md"
    row = "[07-knots](../labs/07-knots/07-knots.ipynb) | 9 | 5 | 2 | 1 | {} | 1 | {} | 2026-12-01 | 26.1.5 | 5 |"
    assert row.format("0 | 1", "75.0%") in page.read_text()
    assert "[08-bare](../labs/08-bare/08-bare.ipynb) | none on record |" in page.read_text()
    (answers / "mutants.toml").write_text('[reef]\nx = "as good"\n')
    topics(str(course))
    assert row.format("1 | 0", "100.0%") in page.read_text()
