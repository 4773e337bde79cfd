"""Ordinary nbgrader assignments: our grades are stock nbgrader's, field by field, on nbgrader's own notebooks and ours.

Two course folders with the same sources and the same submissions: one is graded by nbgrader as it is installed, in
this process and account, the other by Drydock.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from grading_course import grading_marks, locked_cell
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.config import configure
from grader.autograde.verdict_cells import read_graded

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(900)]

THEIRS = Path(nbgrader.__file__).parent / "tests"
APPS, UI, STEPS = (THEIRS / part / "files" for part in ("apps", "ui-tests", "preprocessors"))
#: Seconds that a cell has, in both courses.
CELL_SECONDS = 15
SPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
Change = Callable[[NotebookNode], object]


def answer(name: str, released: str) -> NotebookNode:
    return new_code_cell(released, metadata=grading_marks(name, "code", solution=True))


def test_cell(name: str, source: str, points: float = 2) -> NotebookNode:
    return new_code_cell(source, metadata=grading_marks(name, "code", locked=True, grade=True, points=points))


test_cell.__test__ = False  # type: ignore[attr-defined]  # no test of pytest's

#: name → what the test does with the student's ``f``; nbgrader's rules for partial credit, errors and stderr.
TESTS = {
    "plain": "assert f(2) == 4",
    "partial": "f(2) / 4",
    "third": "f(2) / 12",
    "text": "str(f(2))",
    "negative": "-f(2)",
    "not-a-number": "float('nan')",
    "array": "import numpy\nnumpy.float64(f(2) / 4)",
    "none": "print(f(2)); None",
    "shown": "display(f(2) / 4)",
    "stderr": "import sys\nprint('a word', file=sys.stderr)\nf(2) / 4",
    "user-warning": "import warnings\nwarnings.warn('look')",
    "deprecated": "import warnings\nwarnings.warn('old', DeprecationWarning)",
    "result-then-error": "from IPython.core.getipython import get_ipython\nget_ipython().run_cell('f(2) / 4')\n1 / 0",
    "flood-then-partial": "print('x' * 200_000)\nf(2) / 4",
    "flood-then-error": "print('x' * 200_000)\nassert f(2) == 5",
    "flood-then-stderr": "import sys\nprint('x' * 200_000)\nprint('a word', file=sys.stderr)",
    "cleared": "from IPython import display as d\nimport sys\nprint('x', file=sys.stderr)\nd.clear_output()\nf(2) / 4",
    "exit": "raise SystemExit",
    "syntax": "assert f(2) ==",
    "magic": "%%bash\nexit 3",
    "setup-name": "assert prepared == 4",
    "hidden": "assert f(2) == 4\n### BEGIN HIDDEN TESTS\nassert f(3) == 9, 'secret-of-the-test'\n### END HIDDEN TESTS",
    "zero-points": "assert f(2) == 5",
}


def own_notebook() -> NotebookNode:
    cells = [
        new_code_cell("import math"),
        answer("f", "def f(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"),
        # By its name one of our setup cells: here it is an author's plain cell.
        locked_cell("setup-name-setup", "prepared = f(2)"),
        *(test_cell(name, source, 0 if name == "zero-points" else 2) for name, source in TESTS.items()),
        new_markdown_cell("Why?", metadata=grading_marks("why", "markdown", grade=True, solution=True, points=3)),
        new_code_cell("draw()", metadata=grading_marks("drawing", "code", grade=True, solution=True, points=3)),
        new_markdown_cell("Do it.", metadata=grading_marks("task", "markdown", task=True, locked=True, points=4)),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": SPEC})


def put(name: str, source: str) -> Change:
    def change(notebook: NotebookNode) -> None:
        (cell,) = (cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)
        cell.source = source

    return change


def attached(notebook: NotebookNode) -> None:
    put("why", "See ![it](attachment:it.png)")(notebook)
    put("drawing", "print('drawn')")(notebook)
    picture = {"it.png": {"image/png": "iVBORw0KGgo="}}
    next(cell for cell in notebook.cells if cell.source.startswith("See")).attachments = picture
    notebook.cells.append(new_markdown_cell("I did it."))


SUM = "sum_of_squares"
SQUARES, ALL = "def squares(n):", "return [i * i for i in range(1, n + 1)]"
TOTAL = f"def {SUM}(n):\n    return sum(squares(n))"
#: assignment → (its notebooks, student → what is handed in: a file of nbgrader's, or changes of the release).
Submitted = Path | tuple[Change, ...]
ASSIGNMENTS: dict[str, tuple[Mapping[str, Path | NotebookNode], dict[str, Submitted]]] = {
    "answers": (
        {"p": APPS / "submitted-unchanged.ipynb"},
        {
            "unchanged": APPS / "submitted-unchanged.ipynb",
            "changed": APPS / "submitted-changed.ipynb",
            "cheat": APPS / "submitted-cheat-attempt.ipynb",
            "cheat-too": APPS / "submitted-cheat-attempt-alternative.ipynb",
            "test-changed": APPS / "submitted-grade-cell-changed.ipynb",
            "locked-changed": APPS / "submitted-locked-cell-changed.ipynb",
            "test-retyped": UI / "submitted-grade-cell-type-changed.ipynb",
            "answer-retyped": UI / "submitted-answer-cell-type-changed.ipynb",
        },
    ),
    "squares": (
        {"p": APPS / "test-hidden-tests.ipynb", "q": APPS / "test.ipynb"},
        {
            "right": (put("squares", f"{SQUARES}\n    if n < 1: raise ValueError\n    {ALL}"), put(SUM, TOTAL)),
            "half": (put("squares", f"{SQUARES}\n    {ALL}"), put(SUM, f"def {SUM}(n):\n    return 385")),
            "blank": (),
        },
    ),
    "auto-simple": (
        {"p": APPS / "autotest-simple.ipynb"},
        {"wrong": APPS / "autotest-simple-unchanged.ipynb", "right": APPS / "autotest-simple-changed.ipynb"},
    ),
    "auto-hashed": (
        {"p": APPS / "autotest-hashed.ipynb"},
        {"wrong": APPS / "autotest-hashed-unchanged.ipynb", "right": APPS / "autotest-hashed-changed.ipynb"},
    ),
    "auto-hidden": (
        {"p": APPS / "autotest-hidden.ipynb"},
        {"wrong": APPS / "autotest-hidden-changed-wrong.ipynb", "right": APPS / "autotest-hidden-changed-right.ipynb"},
    ),
    "auto-multi": (
        {"p": APPS / "autotest-multi.ipynb"},
        {"half": APPS / "autotest-multi-changed.ipynb"},
    ),
    "tasks": ({"p": STEPS / "test_taskcell.ipynb"}, {"blank": ()}),
    "files": ({"p": APPS / "open_relative_file.ipynb"}, {"spoilt": ()}),
    "zero": ({"p": APPS / "validation-zero-points.ipynb"}, {"wrong": ()}),
    "variable": ({"p": APPS / "validating-environment-variable.ipynb"}, {"blank": ()}),
    "slow": (
        {"p": APPS / "timeout.ipynb"},
        {
            "loop": (put("squares", "def foo():\n    while True: pass"),),
            "loops-at-once": (put("squares", "while True: pass"),),
        },
    ),
    "own": (
        {"p": own_notebook()},
        {
            "right": (put("f", "def f(x):\n    return x * x"), attached),
            "half": (put("f", "def f(x):\n    return 2 if x == 2 else 0"), put("why", "So."), put("drawing", "pass")),
            "blank": (),
        },
    ),
}  # fmt: skip
#: In every course's folder of an assignment.
BESIDE = (APPS / "data.txt", APPS / "autotests.yml", APPS / "jupyter.png")


#: What is graded at every push; all of it every week.
PUSH = {
    "answers": {"changed", "cheat", "test-retyped"},
    "squares": {"half"},
    "auto-hashed": {"right"},
    "files": {"spoilt"},
    "slow": {"loop"},
    "own": {"right", "half"},
}


def chosen(wanted: Mapping[str, set[str]]) -> dict[str, Any]:
    return {
        name: (ASSIGNMENTS[name][0], {who: what for who, what in ASSIGNMENTS[name][1].items() if who in students})
        for name, students in wanted.items()
    }


class Both:
    """The two courses."""

    def __init__(self, root: Path, assignments: Mapping[str, Any]) -> None:
        self.assignments = assignments
        self.roots = {"stock": root / "stock", "ours": root / "ours"}
        for side, folder in self.roots.items():
            for name, (notebooks, _students) in assignments.items():
                place = folder / "solutions" / name
                place.mkdir(parents=True)
                for beside in BESIDE:
                    shutil.copy(beside, place)
                for notebook, source in notebooks.items():
                    nbformat.write(read(source), place / f"{notebook}.ipynb")
                self.run(side, GenerateAssignment, name)
        self.hand_in()

    def config(self, side: str) -> Config:
        config = Config()
        if side == "ours":
            configure(config)
            config.Drydock.cell_seconds = CELL_SECONDS
        else:
            config.CourseDirectory.source_directory = "solutions"
            config.CourseDirectory.release_directory = "labs"
            config.Execute.timeout = CELL_SECONDS
            config.ClearSolutions.text_stub = "*Write your answer here.*"
        config.CourseDirectory.course_id = "both"
        config.CourseDirectory.root = str(self.roots[side])
        config.CourseDirectory.db_url = f"sqlite:///{self.roots[side]}/gradebook.db"
        return config

    def run(self, side: str, kind: Any, assignment: str, *, force: bool = False, student: str = "*") -> None:
        config = self.config(side)
        config.CourseDirectory.assignment_id = assignment
        config.CourseDirectory.student_id = student
        converter = kind(coursedir=CourseDirectory(config=config), config=config)
        converter.force = force
        converter.start()

    def hand_in(self) -> None:
        """The same files in both courses: what students were given by ours."""
        for name, (notebooks, students) in self.assignments.items():
            for student, submitted in students.items():
                for root in self.roots.values():
                    folder = root / "submitted" / student / name
                    shutil.copytree(self.roots["ours"] / "labs" / name, folder)
                    if student == "spoilt":
                        (folder / "data.txt").write_text("nothing")
                    for notebook in notebooks:
                        made = read(submitted) if isinstance(submitted, Path) else read(folder / f"{notebook}.ipynb")
                        for change in () if isinstance(submitted, Path) else submitted:
                            change(made)
                        (folder / f"{notebook}.ipynb").write_text(json.dumps(made))

    def gradebook(self, side: str) -> Gradebook:
        return Gradebook(f"sqlite:///{self.roots[side]}/gradebook.db", "both")

    def fields(self, side: str) -> dict[tuple[str, ...], dict[str, Any]]:
        """Everything the gradebook says of each submission, notebook, cell and comment, but for ids and times."""
        found = {}
        with self.gradebook(side) as book:
            for assignment in book.assignments:
                for submission in assignment.submissions:
                    place = (assignment.name, submission.student.id)
                    found[place] = plain(submission.to_dict())
                    for notebook in submission.notebooks:
                        here = (*place, notebook.name)
                        found[here] = plain(notebook.to_dict())
                        for grade in notebook.grades:
                            more = {"score": grade.score, "extra_credit": grade.extra_credit}
                            found[(*here, "grade", grade.cell.name)] = plain(grade.to_dict()) | more
                        for comment in notebook.comments:
                            found[(*here, "comment", comment.cell.name)] = plain(comment.to_dict())
        return found

    def graded(self, student: str, assignment: str, notebook: str = "p") -> NotebookNode:
        return read(self.roots["ours"] / "autograded" / student / assignment / f"{notebook}.ipynb")


def read(source: Path | NotebookNode) -> NotebookNode:
    if not isinstance(source, Path):
        return copy.deepcopy(source)
    # As JupyterLab saves it, with ids: stock nbgrader refuses a re-typed cell without one.
    return nbformat.v4.upgrade(nbformat.read(source, as_version=4))


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "timestamp")}


@pytest.fixture(scope="module", params=["push", pytest.param("all", marks=pytest.mark.weekly)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    made = Both(tmp_path_factory.mktemp("both"), chosen(PUSH) if request.param == "push" else ASSIGNMENTS)
    for side in made.roots:
        for name in made.assignments:
            made.run(side, Autograde, name)
    return made


def test_every_field_is_as_with_stock_nbgrader(both: Both) -> None:
    assert differences(both) == {}
    # All kinds of result are there, or the comparison would show little.
    scores = {row.get("auto_score") for row in both.fields("ours").values()}
    assert {0.0, 0.5, 1.0, 2.0, 1 / 3, None} <= scores


#: Meant to differ: this student left an answer empty and wrote into the author's text, which stock makes a silent zero
#: (test_by_hand.py).
DELIBERATE = {("answers", "locked-changed", "p", kind, "quux") for kind in ("grade", "comment")}


def differences(both: Both) -> dict[Any, Any]:
    stock, ours = both.fields("stock"), both.fields("ours")
    assert set(stock) == set(ours)
    assert all(ours[place]["needs_manual_grade"] for place in DELIBERATE & set(ours) if "grade" in place)
    different = {place: (row, ours[place]) for place, row in stock.items() if row != ours[place]}
    return {place: rows for place, rows in different.items() if place not in DELIBERATE}


def test_what_the_instructor_gave_stays_at_a_regrade_as_with_stock(both: Both) -> None:
    for side in both.roots:
        with both.gradebook(side) as book:
            for name, manual, extra in (("plain", 1.5, None), ("partial", None, 0.5), ("why", 2.0, 1.0)):
                grade = book.find_grade(name, "p", "own", "half")
                grade.manual_score, grade.extra_credit, grade.needs_manual_grade = manual, extra, False
            book.db.commit()
        both.run(side, Autograde, "own", force=True, student="half")
    assert differences(both) == {}
    with both.gradebook("ours") as book:
        assert book.find_grade("plain", "p", "own", "half").score == 1.5
        assert book.find_grade("partial", "p", "own", "half").score == 1.0


def test_what_a_test_said_stands_below_our_word(both: Both) -> None:
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in both.graded("half", "own").cells}
    graded = read_graded(cells["partial"])
    assert graded is not None and graded.score == 0.5
    assert "0.5 of 2 points, by a test in the student's own kernel" in graded.sentence
    assert cells["partial"].outputs[-1]["data"]["text/plain"] == "0.5"
    assert cells["plain"].outputs[-1].ename == "AssertionError"


def test_a_students_feedback_has_the_reasons_and_no_hidden_test(both: Both) -> None:
    both.run("ours", GenerateFeedback, "own", force=True)
    page = (both.roots["ours"] / "feedback" / "half" / "own" / "p.html").read_text()
    assert "its result can be forged" in page
    assert "AssertionError: secret-of-the-test" not in page  # it failed before
    assert "assert f(3)" not in page and "HIDDEN TESTS" not in page
