"""``drydock similar`` on what a class handed in, good and bad: nothing of it ends the command, nothing is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from grading_course import LAB, SOLUTIONS, Course, locked_cell
from nbformat.v4 import new_code_cell, new_markdown_cell

from grader.autograde.similarity import MOST_CHARACTERS
from grader.autograde.submission import read_notebook
from grader.cli.group import main
from grader.values import StudentKey
from grader.values.keys import make_secret
from grader.values.values import Declaration

ODD = "!docker network create --label crew=tern --opt com.example.mast=three front"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("similar"), {"largest_notebook": 200_000})
    source = made.root / "solutions" / LAB / f"{LAB}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells.insert(2, locked_cell("ask", 'print(check.value("seal", length=8))'))
    nbformat.write(notebook, source)
    made.release()
    return made


@pytest.fixture
def course(released: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    shutil.rmtree(released.root / "submitted", ignore_errors=True)
    (released.root / "values.secret").unlink(missing_ok=True)
    monkeypatch.chdir(released.root)
    return released


def files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def similar(*words: str) -> str:
    done = CliRunner().invoke(main, ["similar", LAB[:2], *words], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_class_with_two_friends_and_one_who_copied(course: Course) -> None:
    key = StudentKey.derive(make_secret(course.root / "values.secret"), "ada")
    seal = str(Declaration.of("seal", length=8).value(key))
    for number in range(6):
        course.hand_in(f"s{number}", course.answered(SOLUTIONS, f"Image number {number} is mine."))
    course.hand_in("ada", course.answered({**SOLUTIONS, "net": ODD}, "A frozen sea chest with [red]layers[/red]."))
    lost = course.answered(SOLUTIONS, "A chest.")
    lost.cells.append(new_code_cell(ODD))  # an editor dropped the cell's name
    lost.cells.append(new_markdown_cell("A frozen sea chest\x1b[31m with layers."))
    course.hand_in("bob", lost)
    course.hand_in("cyd", course.answered({**SOLUTIONS, "vol": f"!docker volume create --label mine={seal} data"}))
    before = files(course.root)
    shown = similar()
    assert files(course.root) == before, "evidence changes nothing"
    lines = shown.splitlines()
    assert lines[0] == "9 submissions compared."
    assert lines[1].startswith("ada – cyd: ")
    assert lines[2] == f"  ≠ cyd has the seal of ada: {seal} (in vol-answer)"
    at = next(n for n, line in enumerate(lines) if line.startswith("ada – bob: "))
    assert f"  = net-answer: {ODD}" in lines[at:]
    assert "\x1b" not in shown
    assert "never a verdict" in shown
    assert "99 of 100" in shown
    found = json.loads(similar("--json", "--most", "2"))
    assert [pair["students"] for pair in found["pairs"]] == [["ada", "cyd"], ["ada", "bob"]]
    assert found["pairs"][0]["foreign"] == [
        {"holder": "cyd", "owner": "ada", "cell": "vol-answer", "name": "seal", "value": seal}
    ]
    assert 0 < found["usual"]["half"] < found["pairs"][1]["similarity"] < 1
    assert "never a verdict" in found["note"]
    assert found["left_out"] == {}


def test_bad_submissions_are_named_and_end_nothing(course: Course) -> None:
    for student in ("ada", "bob"):
        course.hand_in(student, course.answered({**SOLUTIONS, "net": ODD}))
    renamed = course.hand_in("cyd", course.answered({**SOLUTIONS, "net": ODD}))
    (renamed / f"{LAB}.ipynb").rename(renamed / f"{LAB} (1).ipynb")
    two = course.hand_in("dan", course.blank())
    (two / f"{LAB}.ipynb").rename(two / "a.ipynb")
    (two / "b.ipynb").write_text("{}")
    course.hand_in("eve", "{not json")
    course.hand_in("fay", '{"cells": [1, {"cell_type": "code", "metadata": 3, "source": {}}], "nbformat": 4}')
    course.hand_in("gus", course.answered({"net": "x" * 200_000}))
    course.hand_in("hal", course.answered({"net": f"{'x y ' * (MOST_CHARACTERS // 4)}\n{ODD}"}))
    (course.hand_in("ida", course.blank()) / f"{LAB}.ipynb").unlink()
    link = course.hand_in("jon", course.blank()) / f"{LAB}.ipynb"
    link.unlink()
    link.symlink_to(course.root / "solutions" / LAB / f"{LAB}.ipynb")
    found = json.loads(similar("--json"))
    assert {frozenset(pair["students"]) for pair in found["pairs"]} >= {
        frozenset(pair) for pair in (("ada", "bob"), ("ada", "cyd"), ("bob", "cyd"))
    }, "a browser's second name of the same file is no reason to leave it out"
    assert set(found["left_out"]) == {"dan", "eve", "fay", "gus", "hal", "ida", "jon"}
    assert "symbolic link" in found["left_out"]["jon"]
    assert f"first {MOST_CHARACTERS} characters" in found["left_out"]["hal"]
    assert found["compared"] == 4
    assert not any("hal" in pair["students"] for pair in found["pairs"]), "what is beyond the ceiling isn't compared"
    shown = similar()
    assert "! eve: The submitted file is not a notebook" in shown
    assert "≠" not in shown, "no keys were handed out: nobody has a value of their own"


def test_our_own_fault_with_one_is_no_others(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path, *bounds: int) -> Any:
        if "ada" in path.parts:
            raise KeyError("cells")
        return read_notebook(path, *bounds)

    monkeypatch.setattr("grader.autograde.handed_in.read_notebook", read)
    for student in ("ada", "bob"):
        course.hand_in(student, course.blank())
    found = json.loads(similar("--json"))
    assert found["compared"] == 1
    assert found["left_out"] == {"ada": "The grader failed: KeyError: 'cells'."}


def test_a_lab_nobody_handed_in_and_one_nobody_knows(course: Course) -> None:
    shown = similar()
    assert "0 submissions compared." in shown
    done = CliRunner().invoke(main, ["similar", "99"])
    assert done.exit_code == 3
    assert "The gradebook has no lab called 99." in done.output
