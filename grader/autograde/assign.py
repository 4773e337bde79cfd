"""nbgrader's generate_assignment, our preprocessors: what students find in answer cells, folded check cells, and why
known wrong answers are wrong.

``GenerateAssignment.preprocessors``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from grader.course.answers import RELEASED, as_released, written_in
from grader.course.cells import cell_of, cells_of
from grader.course.labs import CourseError
from grader.course.predictions import call_in
from grader.course.settings import settings_in
from grader.i18n import _


class ClearAnswers(ClearSolutions):  # type: ignore[misc]
    """Takes the solutions out, and says which cells will be graded in the student's kernel."""

    code_stub: dict[str, str]

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        checks = [cell for cell in cells_of(nb) if cell.is_autograded]
        if tests := [cell.grade_id for cell in checks if cell.is_test]:
            words = _("No check.task in %s: graded as by nbgrader, in the student's own kernel (docs/instructors.md).")
            self.log.info(words, ", ".join(tests))
        # nbgrader's own stub raises an error: in an ordinary notebook, or where a course has named one, it stays.
        self._is_ours = len(tests) < len(checks) and "code_stub" not in self.config.ClearSolutions
        result: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)
        return result

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        stubs = self.code_stub
        if self._is_ours:
            self.code_stub = {**stubs, "python": stub_for(cell.source)}
        try:
            result: tuple[NotebookNode, dict[str, Any]] = super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = stubs  # the next notebook may be of the other kind
        return result


def stub_for(source: str) -> str:
    """What stands in an answer cell for docker commands."""
    if source.startswith("%%"):
        return _("# Type your commands here")
    return _("# Type your commands here: Python, or a shell's with ! in front")


# -- In the students' release a check cell is one line: what is checked, and how; so is a prediction's. The Python in it
# stays, folded away.


class FoldedChecks(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """A step of ``nbgrader generate_assignment``, before it writes its books: release and gradebook stay the same."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        known = cell_of(cell)
        if known.asks_daemon:
            _fold(cell, "# ✓ " + _('Check "{task}": Shift+Enter').format(task=known.grade_id))
        elif cell.cell_type == "code" and call_in(cell.source) is not None:
            _fold(cell, "# ? " + _("What do you predict? Shift+Enter"))
        return cell, resources


def _fold(cell: NotebookNode, line: str) -> None:
    """JupyterLab shows the first line of a folded cell."""
    cell.source = f"{line}\n{cell.source}"
    cell.metadata.setdefault("jupyter", {})["source_hidden"] = True


# -- Beside the students' notebook lies why known wrong answers are wrong, for the reports of its checks.


class ReleasedReasons(NbGraderPreprocessor):  # type: ignore[misc]
    """nbconvert's writer puts ``resources["outputs"]`` beside the notebook."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        about = resources["nbgrader"]
        # Resolved, as `drydock author release` shows nbgrader the sources of a course by a link.
        folder = Path(resources["metadata"]["path"]).resolve()
        try:
            wanted = about["notebook"] == about["assignment"] and settings_in(folder.parents[1]).why_wrong
            known = written_in(folder, hidden=False) if wanted else ()
        except CourseError as problem:  # `drydock author check` names it, with the next step
            self.log.warning("%s", problem)
            known = ()
        if known:
            resources.setdefault("outputs", {})[RELEASED] = as_released(known)
        return nb, resources
