"""A lab with a fault of one's own, in setups' scripts, and an order of one's own: three students, graded and again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from copy import copy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from grading_course import CONNECT, LAB, Course, grading_marks, locked_cell
from nbformat.v4 import new_code_cell, new_notebook

from grader.author.students import students_of
from grader.course.labs import read_lab
from grader.sandbox.restored import scripts_run_by
from grader.values import DEFAULT_KEY, Declaration, StudentKey

pytestmark = [pytest.mark.daemon, pytest.mark.deep]
SECRET = "5a" * 32
#: Each lays out the same office, broken in its own way; the labels tell what the script saw.
_LABELS = '--name office --label berth=$VALUE_BERTH --label fault="$0" drydock/busybox:1 sleep 600'
FAULTS = {
    "faults/asleep.sh": f"docker create {_LABELS}\n",
    "faults/paused.sh": f"docker run -d {_LABELS} && docker pause office\n",
    "faults/killed.sh": f"docker run -d {_LABELS} && docker kill office\n",
}
BERTH = 'berth = check.value("berth", of=range(8000, 9000))\n'
FAULT = f"of={list(FAULTS)!r}"
ORDER = 'parts = check.value("parts", order=["bow", "keel", "mast", "stern"])\n'
SETUP = f'{BERTH}check.plant("fault", {FAULT})'
REPAIR = f"""\
{BERTH}fault = check.value("fault", {FAULT})
with check.task("repair", hint="Look at `docker ps --all`.") as t:
    office = t.container("office")
    office.is_running()
    office.has_label("berth", str(berth)).as_before().has_label("fault", fault).as_before()"""
PARTS = Declaration.of("parts", order=["bow", "keel", "mast", "stern"])
PLANTED = Declaration.of("fault", of=list(FAULTS))
MEND = "!docker start office\n!docker unpause office"
RIG = f"""\
{ORDER}with check.task("rig", hint="Look at `docker ps --all`.") as t:
    for before, part in zip(parts, parts[1:]):
        t.container(part).started_after(before)"""
RIGGED = f"{ORDER}print(parts)\nfor part in parts:\n    !docker run -d --name {{part}} drydock/busybox:1 sleep 600"
#: What would earn the points with nothing mended, if it were run.
CHEAT = "".join(f"!echo 'docker run -d {_LABELS}' > {script}\n" for script in FAULTS)


def office(root: Path) -> Course:
    """The tasks ``rig`` and ``repair``; what ``rig`` answers comes before the other's setup."""
    course = Course(root)
    cells = [locked_cell("connect", CONNECT)]
    for task, check, answer, setup in (("rig", RIG, RIGGED, ""), ("repair", REPAIR, MEND, SETUP)):
        name = f"{task}-answer"
        cells += [locked_cell(f"{task}-setup", setup)] if setup else []
        solution = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
        cells.append(new_code_cell(solution, id=name, metadata=grading_marks(name, "code", solution=True)))
        marks = grading_marks(task, "code", locked=True, grade=True, points=2)
        cells.append(new_code_cell(check, id=task, metadata=marks))
    lab = root / "solutions" / LAB
    for script, text in FAULTS.items():
        (lab / script).parent.mkdir(exist_ok=True)
        (lab / script).write_text(text)
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), lab / f"{LAB}.ipynb")
    course.release()
    return course


def grade(root: Path, *students: str, **environment: str) -> None:
    words = [word for student in students for word in ("--student", student)]
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", LAB, *words],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def printed(course: Course, student: str) -> str:
    """What the cell that asks for the order printed."""
    cells: list[Any] = course.graded(student).cells
    return next(
        str(cell.outputs) for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "rig-answer"
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = office(tmp_path_factory.mktemp("planted"))
    with course.gradebook() as book:
        for student in ("ada", "bob", "eve"):
            book.add_student(student)
    secret = course.root / "values.secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    answers = {"rig": RIGGED, "repair": MEND}
    course.hand_in("ada", course.answered(answers))
    copied = "\n".join(f"!docker run -d --name {part} drydock/busybox:1 sleep 600" for part in _value(PARTS, "ada"))
    course.hand_in("bob", course.answered({**answers, "rig": copied}))
    course.hand_in("eve", course.answered({"rig": CHEAT}))
    grade(course.root)
    return course


def _value(declaration: Declaration, student: str) -> Any:
    return declaration.value(StudentKey.derive(bytes.fromhex(SECRET), student))


def test_what_is_planted_differs_and_hidden_checks_know_it(graded: Course) -> None:
    assert len({_value(PLANTED, student) for student in ("ada", "bob", "eve")}) >= 2
    assert graded.grades("ada") == {"rig": 2, "repair": 2}
    # Another's order is not one's own; what is planted is mended as well.
    assert graded.grades("bob")["rig"] < 2
    assert graded.grades("bob")["repair"] == 2


def test_a_script_that_was_written_over_is_put_back(graded: Course) -> None:
    assert graded.grades("eve") == {"rig": 0, "repair": 0}
    shown = json.dumps(graded.graded("eve").cells[-1].get("outputs"))
    assert "office" in shown and "could not be prepared" not in shown


def test_graded_again_and_on_another_machine_it_is_the_same(graded: Course, tmp_path: Path) -> None:
    order = str(_value(PARTS, "ada"))
    before = graded.grades("ada"), graded.grades("bob")
    grade(graded.root, "ada")
    assert graded.grades("ada") == before[0]
    assert order in printed(graded, "ada")
    root = tmp_path / "другая машина"
    shutil.copytree(graded.root, root)
    shutil.rmtree(root / "autograded")
    grade(root, "ada", "bob", PYTHONHASHSEED="1", HOME=str(tmp_path), TZ="Asia/Tokyo")
    there = copy(graded)
    there.root, there.db_url = root, f"sqlite:///{root}/gradebook.db"
    assert (there.grades("ada"), there.grades("bob")) == before
    assert order in printed(there, "ada")


def test_the_proof_has_a_student_for_each_fault(tmp_path: Path) -> None:
    course = office(tmp_path)
    lab = read_lab(course.root / "solutions" / LAB / f"{LAB}.ipynb")
    students = students_of(lab, runs=1)
    assert students[0] == DEFAULT_KEY
    assert {PLANTED.value(student) for student in students} == set(FAULTS)
    for declaration in (Declaration.of("berth", of=range(8000, 9000)), PARTS):
        assert len({declaration.value(student) for student in students}) == 3


def test_scripts_that_may_be_planted_are_put_back(tmp_path: Path) -> None:
    for script, text in FAULTS.items():
        (tmp_path / script).parent.mkdir(exist_ok=True)
        (tmp_path / script).write_text(text)
    assert scripts_run_by(SETUP, [tmp_path]) == {script: text.encode() for script, text in FAULTS.items()}
