"""Grades for Canvas and Moodle: a zero is written only for those who handed nothing in when they should have."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from grading_course import LAB, Course
from nbgrader.plugins import ExportPlugin
from sqlalchemy import Engine, event

from grader.autograde.lms import CanvasExport, GradesExport, MoodleExport
from grader.autograde.records import GradedSubmissions


@pytest.mark.parametrize("kind", ["CanvasExport", "MoodleExport"])
def test_work_that_nobody_graded_is_no_zero(course: Course, kind: str) -> None:
    with course.gradebook() as book:
        book.update_or_create_assignment("01-past", duedate="2020-01-01 00:00:00")
        book.update_or_create_assignment("02-past-too", duedate="2020-01-01 00:00:00")
        book.update_or_create_assignment("03-future", duedate="2999-01-01 00:00:00")
        book.update_or_create_assignment("04-whenever")
        book.update_or_create_assignment("10-early", duedate="2019-01-01 00:00:00")
        for student in ("ada", "bob"):
            book.update_or_create_student(student)
    for lab in (LAB, "02-past-too"):
        (course.root / "submitted" / "ada" / lab).mkdir(parents=True, exist_ok=True)
    exporter = f"--exporter=grader.autograde.lms.{kind}"
    command = [sys.executable, "-m", "nbgrader", "export", exporter, "--to", "lms.csv"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader((course.root / "lms.csv").open()))[-2:]
    labs = ["01-past", "02-past-too", "03-future", "04-whenever", LAB, "10-early"]
    assert [[line[lab] for lab in labs] for line in lines] == [["0", "", "", "", "", "0"], ["0", "0", "", "", "", "0"]]
    # In the labs' order, not by due date.
    assert [name for name in lines[0] if name in labs] == labs
    assert f"{LAB} of ada is not graded yet" in done.stderr


@pytest.mark.parametrize("kind", ["CanvasExport", "MoodleExport"])
def test_what_lies_in_the_exchange_is_no_zero(course: Course, tmp_path: Path, kind: str) -> None:
    inbound = tmp_path / "tiny" / "inbound"
    (inbound / "ada+x+01-past+2019-12-31 10:00:00.000000 UTC+abc").mkdir(parents=True)
    (inbound / "ada+10-early+2019-12-31 10:00:00.000000 UTC+abc").mkdir()
    with course.gradebook() as book:
        for lab in ("01-past", "10-early"):
            book.update_or_create_assignment(lab, duedate="2020-01-01 00:00:00")
        for student in ("ada", "ada+x"):
            book.update_or_create_student(student)
    words = [
        f"--exporter=grader.autograde.lms.{kind}",
        f"--Exchange.root={tmp_path}",
        "--student=ada",
        "--student=ada+x",
    ]
    assert [[line[lab] for lab in ("01-past", "10-early")] for line in exported(course, *words)][-2:] == [
        ["0", ""],
        ["", "0"],
    ]


def exported(course: Course, *words: str) -> list[dict[str, str]]:
    command = [sys.executable, "-m", "nbgrader", "export", "--to", "all.csv", *words]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader((course.root / "all.csv").open(newline="")))


def test_our_grades_csv_has_what_nbgraders_has(course: Course) -> None:
    with course.gradebook() as book:
        book.update_or_create_student("cyd", first_name="Cyd", last_name="Charisse", email="cyd@example.org")
        for student, score in (("ada", 3.5), ("cyd", 1)):
            book.update_or_create_submission(LAB, student, timestamp="2026-05-01 10:00:00")
            notebook = book.find_submission_notebook(LAB, LAB, student)
            notebook.grades[0].manual_score = score
            notebook.late_submission_penalty = 0.5 if student == "ada" else 2
        book.db.commit()
    stock = exported(course, "--exporter=nbgrader.plugins.export.CsvExportPlugin")
    # The labs in their order, not by due date.
    assert exported(course) == sorted(stock, key=lambda row: row["assignment"])
    assert stock != sorted(stock, key=lambda row: row["assignment"])
    assert {row["score"] for row in stock} >= {"3.0", "0.0"}
    one = exported(course, f"--assignment={LAB}", "--student=cyd")
    assert [(row["student_id"], row["raw_score"], row["score"]) for row in one] == [("cyd", "1.0", "0.0")]


@pytest.mark.parametrize("words", [[], *([f"--exporter=grader.autograde.lms.{k}Export"] for k in ("Canvas", "Moodle"))])
def test_a_name_is_no_formula_and_may_have_a_comma(course: Course, words: list[str]) -> None:
    with course.gradebook() as book:
        book.update_or_create_student("=1+1", first_name='=HYPERLINK("x")', last_name="+Lovelace, A.", email="@SUM(1)")
        book.update_or_create_student("0042", first_name="@", last_name="-1+cmd", email="-1")
    texts = [cell for row in exported(course, *words) for cell in row.values()]
    assert "0042" in texts
    assert "'=1+1" in texts
    assert not [cell for cell in texts if cell.startswith(("=", "+", "@")) or (cell[:1] == "-" and cell != "-1")]


def test_the_gradebook_is_asked_as_often_for_many_students_as_for_few(course: Course, tmp_path: Path) -> None:
    def questions(do: Callable[[], object]) -> int:
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            do()
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return len(asked)

    def export(kind: type[ExportPlugin]) -> None:
        with course.gradebook() as book:
            kind(to=str(tmp_path / "all.csv"), assignment=[LAB]).export(book)

    counts = []
    for number in (3, 20):
        with course.gradebook() as book:
            for student in [f"n{n}" for n in range(number)] + [str(student.id) for student in book.students]:
                book.update_or_create_student(student)
                book.update_or_create_submission(LAB, student)
        known = [questions(lambda: GradedSubmissions(course.db_url, tmp_path / "none", LAB))]
        counts.append(known + [questions(partial(export, kind)) for kind in (CanvasExport, MoodleExport, GradesExport)])
    assert counts[0] == counts[1]
    assert min(counts[0]) > 3
