"""A lab of two notebooks of which a student forgets one, and hands it in later. Without a daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from grading_course import LAB, Course, grading_marks
from nbformat.v4 import new_markdown_cell, new_notebook
from traitlets.config import Config

from grader.autograde.database import Standing, standings
from grader.autograde.graders import Collector
from grader.autograde.packing import entered, scratch_config
from grader.autograde.parcel import GradedParcel
from grader.autograde.worker import Job, Worker

SECOND = "second"
TASK = "interview"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The tiny lab with one notebook more, in which a person grades a task."""
    made = Course(tmp_path / "course")
    marks = grading_marks(TASK, "markdown", task=True, locked=True, points=4)
    cells = [new_markdown_cell("Ask somebody.", id=TASK, metadata=marks)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, made.root / "solutions" / LAB / f"{SECOND}.ipynb")
    made.release()
    return made


@pytest.fixture
def scratch(course: Course) -> Iterator[Config]:
    with scratch_config(course.config()) as made:
        yield made


def graded(course: Course, scratch: Config) -> Standing:
    """What the gradebook says of ada when it has entered what a worker would have found."""
    job, collector = Job("ada", LAB, more=False), Collector("native")
    assert Worker(scratch, collector).pack(job).error == ""
    results = [GradedParcel(parcel.digest, parcel.notebook, engine="native") for parcel in collector.parcels]
    assert entered(course.config(), "native", job, results).error == ""
    with course.gradebook() as book:
        return standings(book, LAB)["ada"]


@pytest.mark.parametrize("mark", [None, 3.0])
def test_a_task_waits_for_the_instructor_when_its_notebook_comes_later(
    course: Course, scratch: Config, mark: float | None
) -> None:
    if mark is not None:
        course.hand_in("ada", course.blank())
        graded(course, scratch)
        with course.gradebook() as book:
            grade = book.find_grade(TASK, SECOND, LAB, "ada")
            grade.manual_score, grade.needs_manual_grade = mark, False
            book.db.commit()
    (course.hand_in("ada", course.blank()) / f"{SECOND}.ipynb").unlink()
    assert TASK not in graded(course, scratch).waiting, "nbgrader's zero for what is missing"
    course.hand_in("ada", course.blank())
    assert TASK in graded(course, scratch).waiting
    with course.gradebook() as book:
        grade = book.find_grade(TASK, SECOND, LAB, "ada")
        assert (grade.auto_score, grade.manual_score) == (None, mark)


def test_a_notebook_whose_name_is_no_text_is_seen(course: Course, scratch: Config) -> None:
    """As a Windows machine's zip names it; --accept-names takes it for the missing one."""
    folder = course.hand_in("ada", course.blank())
    (folder / f"{LAB}.ipynb").rename(folder / f"{LAB}\udccf.ipynb")
    collector = Collector("native")
    assert f"there is no {LAB}.ipynb" in Worker(scratch, collector).pack(Job("ada", LAB, more=False)).error
    scratch.Drydock.accept_names = True
    assert Worker(scratch, collector).pack(Job("ada", LAB, more=False)).error == ""
    assert {parcel.name for parcel in collector.parcels} == {LAB, SECOND}
