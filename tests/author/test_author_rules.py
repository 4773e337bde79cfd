"""Each rule, shown on the tiny course with one thing broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from grader.author import rules
from grader.course.labs import Course

Cells = list[dict[str, Any]]
Breakage = Callable[[Cells], object]


def _cell(cells: Cells, grade_id: str) -> dict[str, Any]:
    return next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def _marks(cells: Cells, grade_id: str) -> dict[str, Any]:
    marks: dict[str, Any] = _cell(cells, grade_id)["metadata"]["nbgrader"]
    return marks


def _replace(cells: Cells, grade_id: str, old: str, new: str) -> None:
    cell = _cell(cells, grade_id)
    source = "".join(cell["source"])
    assert old in source
    cell["source"] = source.replace(old, new)


def _broken(course: Course, breakage: Breakage) -> list[str]:
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook = json.loads(path.read_text())
    breakage(notebook["cells"])
    path.write_text(json.dumps(notebook))
    return [f"{finding.where}: {finding.what}" for finding in rules.findings(course.lab("00-tiny"))]


def test_the_tiny_lab_keeps_all_rules(course: Course) -> None:
    assert rules.findings(course.lab("00-tiny")) == []


@pytest.mark.parametrize(
    ("breakage", "says"),
    [
        (lambda c: c.remove(_cell(c, "connect")), "The first code cell is not the “connect” cell"),
        (lambda c: _replace(c, "connect", "00-tiny", "01-other"), "connect: The “connect” cell names another"),
        (lambda c: _marks(c, "connect").update(locked=False), "connect: The “connect” cell must be locked"),
        (lambda c: c[0].pop("id"), "cell 1: The cell has no id"),
        (lambda c: c[0].update(id="connect"), "2 cells share the cell id “connect”"),
        (lambda c: _marks(c, "site-setup").update(grade_id="site"), "2 cells share the grade_id “site”"),
        (lambda c: _marks(c, "hello").update(grade_id="hallo"), "hallo: The cell's grade_id is “hallo”, but"),
        (lambda c: _replace(c, "hello", "`docker run` has an option that gives a name.", " "), "has no hint"),
        (lambda c: _marks(c, "hello").update(points=0), "hello: The task has no points"),
        (lambda c: _marks(c, "hello").update(locked=False), "hello: A check cell must be locked"),
        (lambda c: _replace(c, "site", '("hello",)', '("later",)'), "“later” in needs= or after= is not a task above"),
        (lambda c: _replace(c, "site", 't.volume("prepared")', "secret"), "site: In the check cell, line 2 uses"),
        (lambda c: _replace(c, "hello", "### END HIDDEN TESTS", ""), "hello: ### BEGIN HIDDEN TESTS and"),
        (lambda c: _replace(c, "site-answer", "### END SOLUTION", ""), "site-answer: ### BEGIN SOLUTION and"),
        (lambda c: _marks(c, "site-answer").update(grade_id="x"), "site: The task has no answer cell"),
        (lambda c: _marks(c, "site-answer").update(locked=True), "site-answer: An answer cell must be"),
        (lambda c: c.append(c.pop(c.index(_cell(c, "hello-answer")))), "The answer cell comes after its check"),
        (lambda c: _marks(c, "site-setup").update(locked=False), "site-setup: A setup cell must be locked"),
        (lambda c: c.append(c.pop(c.index(_cell(c, "site-setup")))), "The setup cell comes after the answer"),
        (lambda c: _marks(c, "site-setup").update(grade_id="all-setup"), "all-setup: The setup cell is named after no"),
        (lambda c: _cell(c, "hello").update(cell_type="markdown"), "A graded cell must be a code cell"),
        (lambda c: c.clear() or c.append({"cell_type": "markdown", "id": "a"}), "The lab has no graded task"),
    ],
)
def test_a_broken_notebook_is_named(course: Course, breakage: Breakage, says: str) -> None:
    found = _broken(course, breakage)
    assert any(says in one for one in found), found


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("hello/wrong-silent.sh", "docker ps\n", "must say which message it expects"),
        ("hello/maybe.sh", "docker ps\n", "The name must be wrong-… or right-…"),
        ("hello/wrong-a.txt", "# expect: a\n", "The name must be wrong-… or right-…"),
        ("nobody/wrong-a.sh", "# expect: a\n", "There is no task “nobody”"),
    ],
)
def test_a_badly_filed_answer_is_named(course: Course, path: str, content: str, says: str) -> None:
    file = course.source / "00-tiny" / "answers" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    found = rules.findings(course.lab("00-tiny"))
    assert [says in finding.what for finding in found] == [True]
    assert found[0].where == f"answers/{path}"


def test_each_task_needs_two_wrong_answers_and_the_lab_one_right(course: Course) -> None:
    answers = course.source / "00-tiny" / "answers" / "hello"
    (answers / "wrong-name.sh").unlink()
    (answers / "right-create-start.py").unlink()
    found = [finding.what for finding in rules.findings(course.lab("00-tiny"))]
    assert found == [
        "The task has 1 of the 2 wrong answers it needs.",
        "No task of the lab has a right alternative answer.",
        "There is no wrong answer wrong-name to the task hello.",
    ]


_ASKED = "Will it run?\n\n1. yes\n2. no"
_PREDICT = 'check.predict("runs", lambda seen: seen.container("hello")["State"]["Running"])'


def _predicting(text: str = _ASKED, source: str = _PREDICT, *, before: str = "try") -> Breakage:
    """The tiny lab with a prediction before its experiment, or before another cell."""

    def add(cells: Cells) -> None:
        at = next(number for number, cell in enumerate(cells) if cell["id"] == before)
        asked = {"cell_type": "markdown", "id": "asked", "metadata": {}, "source": text}
        predict = {"cell_type": "code", "id": "runs", "metadata": {}, "source": source, "outputs": []}
        cells[at:at] = [asked, predict]

    return add


def test_a_prediction_keeps_the_rules(course: Course) -> None:
    assert _broken(course, _predicting()) == []


@pytest.mark.parametrize(
    ("breakage", "says"),
    [
        (_predicting("1. yes\n2. no"), "runs: No question stands above the choices"),
        (_predicting("Will it run?"), "runs: The text right above must end with a numbered list of 2 to 6"),
        (_predicting("Will it run?\n\n1. yes\n2. yes"), "must end with a numbered list of 2 to 6 different choices"),
        (_predicting("Will it run?\n\n1. yes\n2. no\n\nThink."), "must end with a numbered list"),
        (_predicting(source='check.predict("runs", 2)'), "runs: The prediction is not a name and a function"),
        (_predicting(source='check.predict("runs", answer=2)'), "runs: The prediction is not a name and a function"),
        (_predicting(source="check.predict(name, lambda seen: 1)"), "A prediction's name must be lower case"),
        (_predicting(source='check.predict("runs", lambda seen: os.getpid())'), "uses “os”, which does not exist"),
        (_predicting(before="hello"), "runs: No experiment follows"),
        (lambda c: (_predicting()(c), _predicting()(c)), "runs: Two predictions have the name “runs”"),
    ],
)
def test_a_prediction_that_cannot_be_made_is_named(course: Course, breakage: Breakage, says: str) -> None:
    found = _broken(course, breakage)
    assert any(says in finding for finding in found), found


def _setting_up(source: str) -> Breakage:
    return lambda cells: _cell(cells, "site-setup").update(source=source)


@pytest.mark.parametrize(
    ("breakage", "says"),
    [
        (_setting_up('check.plant("fault", of=["a.sh", "b.sh"])'), "site-setup: There is no script b.sh beside"),
        (_setting_up('check.plant("fault", of=names)'), "site-setup: In check.value, line 1"),
        (
            _setting_up('fault = "a"\n!sh faults/{fault}.sh'),
            "site-setup: It runs a script by a name that is",
        ),
        (_setting_up('%%bash\nbash "$FAULT"'), "site-setup: It runs a script by a name that is"),
        (
            lambda c: _cell(c, "site-answer").update(source='check.plant("fault", of=["a.sh", "b.sh"])'),
            "site-answer: Only a setup cell may have check.plant",
        ),
    ],
)
def test_what_is_planted_lies_beside_the_notebook(course: Course, breakage: Breakage, says: str) -> None:
    found = _broken(course, breakage)
    assert any(says in finding for finding in found), found


def test_scripts_by_their_names_keep_the_rules(course: Course) -> None:
    for name in ("a.sh", "b.sh"):
        (course.source / "00-tiny" / name).touch()
    source = 'check.plant("fault", of=["a.sh", "b.sh"])\n!sh a.sh; echo {1}\n!docker volume create prepared'
    assert _broken(course, _setting_up(source)) == []
