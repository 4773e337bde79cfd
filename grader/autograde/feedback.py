"""What students see of a graded notebook (``GenerateFeedback.preprocessors``)."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests
from traitlets import List

from grader.i18n import _


class FeedbackView(ClearHiddenTests):  # type: ignore[misc]
    """Takes the hidden tests' source out and says what graded the notebook. The verdicts stay: they are the reasons."""

    # nbconvert sets this for every preprocessor, and warns about one that has no such setting.
    display_data_priority = List(["text/html", "image/svg+xml", "image/png", "text/plain"]).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        nb, resources = super().preprocess(nb, resources)
        about = nb.metadata.get("drydock", {})
        lines = []
        if about.get("problem"):
            lines.append(_("**This notebook could not be graded.** {why}").format(why=about["problem"]))
        if about.get("engine"):
            text = _("Graded by Drydock {version} on a fresh Docker daemon ({engine}: {walls}).")
            lines.append(text.format(version=about["version"], engine=about["engine"], walls=about["walls"]))
        if lines:
            nb.cells.insert(0, new_markdown_cell("\n\n".join(lines)))
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        # Only checks have hidden tests; the same words in a student's own cell are the student's.
        if utils.is_grade(cell) and not utils.is_solution(cell):
            self._remove_hidden_test_region(cell)
        return cell, resources
