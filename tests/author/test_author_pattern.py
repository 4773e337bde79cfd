"""What course.toml asks of each lab is asked, and only where it says so."""

from __future__ import annotations

from grader.author.pattern_rules import pattern_is_kept
from grader.course.labs import Course

_ASKED = "[pattern]\npredictions = 5\nown_values = 4\nhint_steps = 3\n"


def _said(course: Course, text: str) -> list[tuple[str, str]]:
    (course.root / "course.toml").write_text(text)
    return [(finding.where, finding.what) for finding in pattern_is_kept(course.lab("00-tiny"))]


def test_a_lab_that_lacks_something_is_told_what(course: Course) -> None:
    assert _said(course, _ASKED) == [
        ("", "It asks for 0 of the 5 predictions that this course wants in each lab."),
        ("", "It has 0 of the 4 tasks with values of one's own that this course wants in each lab."),
        ("hello", "The folded hint above its answer has 0 of the 3 steps that this course wants."),
        ("site", "The folded hint above its answer has 0 of the 3 steps that this course wants."),
    ]


def test_nothing_is_asked_of_an_exception_nor_where_the_course_asks_nothing(course: Course) -> None:
    assert not _said(course, "")
    assert not _said(course, f'{_ASKED}[pattern.exceptions]\n00-tiny = "it is tiny"\n')


def test_a_lab_that_has_it_all_passes(course: Course) -> None:
    notebook = course.source / "00-tiny" / "00-tiny.ipynb"
    assert "### BEGIN SOLUTION" in notebook.read_text()
    assert len(_said(course, "[pattern]\nhint_steps = 1\n")) == 2
    hint = r"<details><summary>Hint</summary>\n\n1. Where: here.\n2. Which: this.\n\n</details>"
    cell = f'{{"cell_type": "markdown", "id": "hint", "metadata": {{}}, "source": "{hint}"}},'
    notebook.write_text(notebook.read_text().replace('"cells": [', f'"cells": [{cell}', 1))
    assert not _said(course, "[pattern]\nhint_steps = 2\n")
    assert len(_said(course, "[pattern]\nhint_steps = 3\n")) == 2
