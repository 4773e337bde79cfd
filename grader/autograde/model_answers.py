"""One way to do it, below each task that a student has passed (``GenerateFeedback.preprocessors``).

It comes with the feedback only: in what students get beforehand there is no solution, folded or not.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, List

from grader.course.cells import cells_of
from grader.i18n import _
from grader.report.render import NO_MATHS

_SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION", re.DOTALL | re.MULTILINE)
_VALUE = re.compile(r"\$\{?VALUE_")


class ModelAnswers(NbGraderPreprocessor):  # type: ignore[misc]
    """Reads the lab in ``source_directory``; where it isn't, as on a machine that only grades, nothing is added."""

    show = Enum(
        ["passed", "all", "never"],
        "passed",
        help="Below which tasks the feedback shows one way to do it: those the student passed, all, or none.",
    ).tag(config=True)
    # nbconvert sets this for every preprocessor, and warns about one that has no such setting.
    display_data_priority = List(["text/html", "image/svg+xml", "image/png", "text/plain"]).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        about = resources["nbgrader"]
        answers = {} if self.show == "never" else self._answers(about["assignment"], about["notebook"])
        cells = []
        for cell, known in zip(nb.cells, cells_of(nb), strict=True):
            cells.append(cell)
            if known.is_autograded and known.grade_id in answers and (self.show == "all" or _has_passed(cell)):
                cells.append(new_markdown_cell(_folded(answers[known.grade_id])))
        nb.cells = cells
        return nb, resources

    def _answers(self, assignment: str, notebook: str) -> dict[str, str]:
        course = CourseDirectory(config=self.config)
        path = Path(course.format_path(course.source_directory, ".", assignment)) / f"{notebook}.ipynb"
        return model_answers(nbformat.read(path, as_version=4)) if path.is_file() else {}


def model_answers(solution: NotebookNode) -> dict[str, str]:
    """What the author's notebook answers, by task: the cells between the check before it and its own."""
    found: dict[str, str] = {}
    since: list[str] = []
    for cell in cells_of(solution):
        if cell.is_autograded:
            if since:
                found[cell.grade_id] = "\n\n".join(since)
            since = []
        elif cell.is_code and cell.solution:
            since += _answer(cell.source)
    return found


def _answer(source: str) -> list[str]:
    parts = [part.rstrip() for part in _SOLUTION.findall(source)]
    magic = [source.splitlines()[0]] if parts and source.startswith("%%") else []
    return ["\n".join(magic + parts)] if parts else []


def _has_passed(cell: NotebookNode) -> bool:
    """By the marks that nbgrader's GetGrades has put into the cell."""
    marks = cell.metadata.nbgrader
    return "score" in marks and bool(marks.score >= marks.points)


def _folded(answer: str) -> str:
    summary, note = escape(_("One way to do it")), ""
    if _VALUE.search(answer):
        note = escape(_("A name that begins with VALUE_ stands for a value of your own."))
    # In one line: Markdown ends a block of HTML at the first empty one.
    code = escape(answer).replace("\n", "&#10;")
    return f'<details class="{NO_MATHS}"><summary>{summary}</summary><pre>{code}</pre><p>{note}</p></details>'
