"""A new lab is sound from the beginning, and has what CONTRIBUTING.md asks of a lab's text."""

from __future__ import annotations

import pytest

from grader.author.rules import findings
from grader.author.skeleton import new_lab
from grader.course.lab_cards import card_of
from grader.course.labs import COURSE_VARIABLE, Course


def test_a_new_lab_breaks_no_rule_and_its_hint_has_three_steps(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COURSE_VARIABLE, str(course.root))
    (course.root / "course.toml").write_text('images = ["busybox"]\n[pattern]\nhint_steps = 3\n')
    new_lab(course, "01-lamp")
    assert list(findings(course.lab("01-lamp"))) == []


def test_its_text_tells_points_the_lab_before_and_what_comes_next(course: Course) -> None:
    new_lab(course, "01-lamp")
    lab = course.lab("01-lamp")
    text = "\n".join(cell.source for cell in lab.cells if cell.cell_type == "markdown")
    assert "**Task `bell` (10 points).**" in text and [task.points for task in lab.tasks] == [10]
    assert "lab [00](../00-tiny/00-tiny.ipynb) behind you" in text
    assert card_of(lab, course.names()).builds_on == ("00-tiny",)
    assert "`drydock lab`" in text.partition("## What next?")[2]
