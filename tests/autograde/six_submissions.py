"""Six submissions of all kinds, for runs that must give the grades of a serial one, field by field."""

from __future__ import annotations

import shutil
from typing import Any

from grading_course import HALF, LAB, SOLUTIONS, Course, fields

#: eve's is no notebook, so it never leaves the parent.
STUDENTS = ("ada", "bob", "cyd", "dan", "eve", "fay")
type Grades = tuple[list[tuple[Any, ...]], dict[str, Any]]


def grades(course: Course) -> Grades:
    """The gradebook's fields, the verdict cells, and what graded notebooks say of themselves."""
    verdicts: dict[str, Any] = {}
    for student in STUDENTS:
        notebook = course.graded(student)
        about = {key: value for key, value in notebook.metadata["drydock"].items() if key != "result"}
        checks = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        verdicts[student] = (about, [(cell.source, cell.get("outputs")) for cell in checks])
    with course.gradebook() as book:
        return fields(book, LAB), verdicts


def forget_grades(course: Course) -> None:
    shutil.rmtree(course.root / "autograded")
    with course.gradebook() as book:
        for student in STUDENTS:
            book.remove_submission(LAB, student)


def graded_one_by_one(course: Course) -> Grades:
    """Hand all in and grade them."""
    quits = course.answered({**SOLUTIONS, "net": SOLUTIONS["net"] + "\nimport os\nos._exit(0)"}, "quits")
    notebooks = (course.answered(SOLUTIONS, "An image."), course.answered(HALF), course.blank(), quits, "no notebook",
                 course.answered({"vol": SOLUTIONS["vol"]}, "x"))  # fmt: skip
    for student, notebook in zip(STUDENTS, notebooks, strict=True):
        course.hand_in(student, notebook)
    course.autograde()
    found = grades(course)
    assert len({field[0] for field in found[0]}) == len(STUDENTS)
    return found
