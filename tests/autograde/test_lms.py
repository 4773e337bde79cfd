"""Grades for Canvas and Moodle: a zero is written only for those who handed nothing in when they should have."""

from __future__ import annotations

import csv
import subprocess
import sys

import pytest
from grading_course import LAB, Course


@pytest.mark.parametrize("kind", ["CanvasExport", "MoodleExport"])
def test_work_that_nobody_graded_is_no_zero(course: Course, kind: str) -> None:
    with course.gradebook() as book:
        book.update_or_create_assignment("01-past", duedate="2020-01-01 00:00:00")
        book.update_or_create_assignment("02-past-too", duedate="2020-01-01 00:00:00")
        book.update_or_create_assignment("03-future", duedate="2999-01-01 00:00:00")
        book.update_or_create_assignment("04-whenever")
        for student in ("ada", "bob"):
            book.update_or_create_student(student)
    for lab in (LAB, "02-past-too"):
        (course.root / "submitted" / "ada" / lab).mkdir(parents=True, exist_ok=True)
    exporter = f"--exporter=grader.autograde.lms.{kind}"
    command = [sys.executable, "-m", "nbgrader", "export", exporter, "--to", "lms.csv"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader((course.root / "lms.csv").open()))[-2:]
    labs = ["01-past", "02-past-too", "03-future", "04-whenever", LAB]
    assert [[line[lab] for lab in labs] for line in lines] == [["0", "", "", "", ""], ["0", "0", "", "", ""]]
    assert f"{LAB} of ada is not graded yet" in done.stderr
