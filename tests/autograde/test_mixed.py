"""Mixed submissions: ``drydock grade`` with two workers gives exactly the grades of serial nbgrader autograde.

Fourteen at every push, forty every week.
"""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import sys
from typing import Any

import pytest
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from sqlalchemy import create_engine, inspect, text

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(600)]

#: What a student may write for a task: right, half right, wrong, nothing, and what stops a cell or a kernel.
ANSWERS = {
    "net": [SOLUTIONS["net"], HALF["net"], "", "!docker network create --subnet 10.78.0.0/24 front", "1 / 0"],
    "vol": [SOLUTIONS["vol"], HALF["vol"], "", "import os\nos._exit(0)", "this is no Python"],
    "last": [SOLUTIONS["last"], "", "!docker volume rm -f prepared\nraise SystemExit", "!docker volume ls"],
}
#: Columns that hold the moment or a random name of the row.
_OF_THE_RUN = {"id", "timestamp", "submission_id", "notebook_id", "assignment_id", "cell_id"}


def mixed(course: Course, number_of_all: int) -> dict[str, NotebookNode | str]:
    """So many notebooks: combinations of answers by lot, some with cells lost or added, two that are none."""
    chosen = list(itertools.product(*ANSWERS.values()))
    dice = random.Random(40)
    dice.shuffle(chosen)
    made: dict[str, NotebookNode | str] = {"s-empty": "", "s-no-cells": '{"cells": 1}'}
    for number, answers in enumerate(chosen[: number_of_all - 2]):
        notebook = course.answered(dict(zip(ANSWERS, answers, strict=True)), "An image." if number % 3 else None)
        if number % 7 == 1:
            del notebook.cells[dice.randrange(len(notebook.cells))]
        if number % 7 == 2:
            notebook.cells.insert(dice.randrange(len(notebook.cells)), new_code_cell("!docker volume create mine"))
        if number % 7 == 3:
            notebook.cells.reverse()
        made[f"s{number:02}"] = notebook
    return made


def everything(course: Course) -> dict[str, list[Any]]:
    """Table → its rows with every column that is not of the run itself, students' names in place of ids."""
    engine = create_engine(course.db_url)
    found: dict[str, list[Any]] = {}
    with engine.connect() as book:
        of_cells = (
            "select a.student_id, c.name as cell, t.* from {table} t join base_cell c on c.id = t.cell_id"
            " join submitted_notebook n on n.id = t.notebook_id join submitted_assignment a on a.id = n.assignment_id"
        )
        for table, query in {
            "grade": of_cells.format(table="grade"),
            "comment": of_cells.format(table="comment"),
            "submitted_notebook": "select a.student_id, n.* from submitted_notebook n"
            " join submitted_assignment a on a.id = n.assignment_id",
            "submitted_assignment": "select * from submitted_assignment",
        }.items():
            rows = book.execute(text(query)).mappings()
            kept = [sorted((k, str(v)) for k, v in row.items() if k not in _OF_THE_RUN) for row in rows]
            found[table] = sorted(kept)
        assert {"grade", "comment"} <= set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def said(course: Course) -> dict[str, list[Any]]:
    """What the checks wrote into the graded notebooks, by student."""
    found = {}
    for folder in sorted((course.root / "autograded").glob("s*")):
        cells = course.graded(folder.name).cells
        found[folder.name] = [(c.id, c.outputs) for c in cells if c.cell_type == "code" and is_check(c)]
    return found


def is_check(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


@pytest.mark.parametrize("number", [14, pytest.param(40, marks=pytest.mark.weekly)])
def test_two_workers_and_serial_nbgrader_agree_on_every_field(course: Course, number: int) -> None:
    students = mixed(course, number)
    assert len(students) == number
    for student, notebook in students.items():
        course.hand_in(student, notebook)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        # conftest.py has put the programs that nbgrader calls by name on the PATH.
        return subprocess.run([sys.executable, *words], cwd=course.root, capture_output=True, text=True, check=False)

    serial = run("-m", "nbgrader", "autograde", LAB)
    assert "s-empty" in serial.stderr, serial.stdout + serial.stderr
    by_serial, words = everything(course), said(course)
    # All kinds of result are there, or the comparison would show little.
    scores = {row_value(row, "auto_score") for row in by_serial["grade"]}
    assert {"4.0", "2.0", "0.0", "3.0", "1.5", "None"} <= scores, scores
    assert len(by_serial["grade"]) == number * 4
    shutil.rmtree(course.root / "autograded")
    with course.gradebook() as book:
        for student in students:
            book.remove_submission(LAB, student)

    parallel = run("-c", "from grader.cli import main; main()", "grade", LAB, "--jobs", "2")
    assert "graded in" in parallel.stdout, parallel.stdout + parallel.stderr
    assert everything(course) == by_serial
    assert said(course) == words
    assert ESSAY in {row_value(row, "cell") for row in by_serial["grade"]}


def row_value(row: list[tuple[str, str]], column: str) -> str:
    return dict(row)[column]
