"""In the students' release a check cell is one line: what is checked, and how. The Python in it stays, folded away."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from grader.course.declared import has_task
from grader.i18n import _


class FoldedChecks(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """A step of ``nbgrader generate_assignment``, before it writes its books: release and gradebook stay the same."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell) and has_task(cell.source):
            # JupyterLab shows the first line of a folded cell.
            line = "# ✓ " + _('Check "{task}": Shift+Enter').format(task=cell.metadata.nbgrader.grade_id)
            cell.source = f"{line}\n{cell.source}"
            cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
        return cell, resources
