"""What students see of a graded notebook, and what an instructor sees in formgrader: preprocessors of their pages.

``GenerateFeedback.preprocessors`` and ``HTMLExporter.preprocessors``."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Enum, List

from grader.autograde.sanitize import LONGEST_COLOURED, MOST_COLOURED
from grader.course.cells import cell_of, cells_of
from grader.i18n import _
from grader.report.plain import printable
from grader.report.render import NO_MATHS

_SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION", re.DOTALL | re.MULTILINE)
_VALUE = re.compile(r"\$\{?VALUE_")


class FeedbackView(ClearHiddenTests):  # type: ignore[misc]
    """Takes the hidden tests' source out and says what graded the notebook. The verdicts stay: they are the reasons."""

    # nbconvert sets this for every preprocessor, and warns about one that has no such setting.
    display_data_priority = List(["text/html", "image/svg+xml", "image/png", "text/plain"]).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        nb, resources = super().preprocess(nb, resources)
        about = nb.metadata.get("drydock", {})
        lines = []
        if about.get("problem"):
            lines.append(_plain(_("This notebook could not be graded."), about["problem"]))
        lines += [_plain("", note) for note in about.get("notes", [])]
        if about.get("engine"):
            text = _("Graded by Drydock {version} on a fresh Docker daemon ({engine}: {walls}).")
            how = text.format(version=about["version"], engine=about["engine"], walls=about["walls"])
            lines.append(_plain("", how))
        if lines:
            nb.cells.insert(0, new_markdown_cell("\n\n".join(lines)))
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        # Only checks have hidden tests; the same words in a student's own cell are the student's.
        if cell_of(cell).is_autograded and self._remove_hidden_test_region(cell):
            for output in cell.get("outputs", []):
                # A traceback has the lines around the one that failed.
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


def _plain(strong: str, text: str) -> str:
    """A paragraph in which nothing of ``text`` is HTML, Markdown or a formula: it may quote what was handed in."""
    line = escape(" ".join(printable(text).split()))
    return f'<p class="{NO_MATHS}"><strong>{escape(strong)}</strong> {line}</p>'


class QuotedNames(Preprocessor):  # type: ignore[misc]
    """Names in formgrader's page as texts (``HTMLExporter.preprocessors``).

    Its template puts them in as they are, and students choose their names in many a learning management system.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        for name in ("student", "last_name", "first_name", "notebook_path"):
            if isinstance(resources.get(name), str):
                resources[name] = escape(resources[name])
        return nb, resources


# -- Colours for code. Many of Pygments' expressions take time that grows with the square of a text's length.


class BoundedColours(Preprocessor):  # type: ignore[misc]
    """Long code of students' is shown as plain text (both lists of preprocessors)."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        left = MOST_COLOURED
        for cell in nb.cells:
            if cell.cell_type != "code" or cell_of(cell).locked:
                continue
            if len(cell.source) > min(LONGEST_COLOURED, left):
                # nbconvert's own word for the language of a cell.
                cell.metadata["magics_language"] = "text"
            else:
                left -= len(cell.source)
        return nb, resources


# -- formgrader's page of one submission (``HTMLExporter.preprocessors``): a stylesheet, open hints, and a jump to
# what waits or failed.
#
# nbgrader's own template is kept: formgrader sets it itself, and a preprocessor is in nobody's way.

_HERE = Path(__file__).parent


class GradersPage(Preprocessor):  # type: ignore[misc]
    """Changes the page, not the notebook in ``autograded/``."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        if "submission_id" not in resources:
            return nb, resources  # not formgrader's
        for cell in nb.cells:
            # The outputs of such cells begin with a report of ours; a student's have no HTML.
            if cell_of(cell).is_autograded:
                _open_hints(cell)
        # Markdown lets HTML pass, up to an empty line; the script puts the bar above the notebook.
        nb.cells.insert(0, new_markdown_cell(_jump()))
        return nb, resources


def _open_hints(cell: NotebookNode) -> None:
    for output in cell.outputs:
        if "data" in output and "text/html" in output.data:
            output.data["text/html"] = output.data["text/html"].replace("<details>", "<details open>")


def _jump() -> str:
    words = {"waits": _("Waits for you:"), "failed": _("Failed:"), "nothing": _("Nothing waits for you or failed.")}
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in words.items())
    style, script = ((_HERE / f"graders_page.{kind}").read_text("utf-8") for kind in ("css", "js"))
    nav = f'<nav id="drydock-jump" aria-label="{escape(_("Where to look"))}" {data}></nav>'
    page = f"<style>\n{style}</style>\n{nav}\n<script>\n{script}</script>"
    return "\n".join(line for line in page.splitlines() if line.strip())


# -- One way to do it, below each task that a student has passed (``GenerateFeedback.preprocessors``).
#
# It comes with the feedback only: in what students get beforehand there is no solution, folded or not.


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
