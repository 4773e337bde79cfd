"""One way to do it, below a task in the feedback."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from grading_course import LAB, SOLUTIONS, grading_marks, solution_notebook
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from grader.autograde.feedback import ModelAnswers, model_answers

_MARKED = "%%bash\n### BEGIN SOLUTION\ndocker run \\\n  --name $VALUE_BOAT x\n\necho '<b>'\n### END SOLUTION"


def answer(task: str, source: str) -> NotebookNode:
    return new_code_cell(source, metadata=grading_marks(f"{task}-answer", "code", solution=True))


def check(task: str, **marks: float) -> NotebookNode:
    more = {"grade": True, "locked": True, "points": 2, **marks}
    return new_code_cell("check", metadata=grading_marks(task, "code", **more))


def test_answers_by_task() -> None:
    cells = [answer("a", _MARKED), check("a"), check("b"), answer("c", "mine()"), check("c")]
    cells += [answer("d", "### BEGIN SOLUTION\none()\n### END SOLUTION"), answer("e", _MARKED), check("d")]
    found = model_answers(new_notebook(cells=cells))
    shell = "%%bash\ndocker run \\\n  --name $VALUE_BOAT x\n\necho '<b>'"
    assert found == {"a": shell, "d": f"one()\n\n{shell}"}


@pytest.mark.parametrize(("show", "shown"), [("passed", ["net"]), ("all", ["net", "vol", "last"]), ("never", [])])
def test_only_below_what_is_asked_for(tmp_path: Path, show: str, shown: list[str]) -> None:
    source = tmp_path / "solutions" / LAB
    source.mkdir(parents=True)
    nbformat.write(solution_notebook(), source / f"{LAB}.ipynb")
    config = Config()
    config.CourseDirectory.root, config.CourseDirectory.source_directory = str(tmp_path), "solutions"
    config.ModelAnswers.show = show
    graded = new_notebook(cells=[check("net", score=2), check("vol", score=1), check("last")])
    resources = {"nbgrader": {"assignment": LAB, "notebook": LAB}}
    page, _ = ModelAnswers(config=config).preprocess(graded, resources)
    below = {
        above.metadata.nbgrader.grade_id: cell.source
        for above, cell in pairwise(page.cells)
        if "One way to do it" in cell.source
    }
    assert list(below) == shown
    assert all(SOLUTIONS[task].lstrip("!") in text for task, text in below.items())


def test_a_machine_that_only_grades_has_no_solutions(tmp_path: Path) -> None:
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    graded = new_notebook(cells=[check("net", score=2)])
    page, _ = ModelAnswers(config=config).preprocess(graded, {"nbgrader": {"assignment": LAB, "notebook": LAB}})
    assert len(page.cells) == 1


def test_an_answer_is_one_block_whatever_is_in_it() -> None:
    from grader.autograde.feedback import _folded

    text = _folded(model_answers(new_notebook(cells=[answer("a", _MARKED), check("a")]))["a"])
    assert "\n" not in text
    assert "&lt;b&gt;" in text
    assert "a value of your own" in text
