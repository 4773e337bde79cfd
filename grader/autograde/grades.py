"""nbgrader's SaveAutoGrades, in one transaction, and with one case more: a task that could not be checked."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.autograde.verdict_cells import read_graded


class SaveGrades(NbGraderPreprocessor):  # type: ignore[misc]
    """Writes all scores of a notebook at once, so that a killed run leaves the old ones or the new ones.

    A check that could not be evaluated has no score and waits for the instructor (nbgrader itself would give full
    marks to a test cell without a number). Manual scores are never touched.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        info = resources["nbgrader"]
        place = (info["notebook"], info["assignment"], info["student"])
        with Gradebook(info["db_url"]) as gradebook:
            for cell in nb.cells:
                if utils.is_grade(cell):
                    self._score(gradebook, cell, place)
                if utils.is_solution(cell) or utils.is_task(cell):
                    self._comment(gradebook, cell, place)
            gradebook.db.commit()
        return nb, resources

    def _score(self, gradebook: Gradebook, cell: NotebookNode, place: tuple[str, str, str]) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = gradebook.find_grade(name, *place)
        grade.auto_score = self._auto_score(cell)
        # As in nbgrader: a regrade asks the instructor to look at a manual score again, and keeps it.
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None

    def _auto_score(self, cell: NotebookNode) -> float | None:
        if cell.cell_type == "code" and not utils.is_solution(cell):
            graded = read_graded(cell)
            return None if graded is None else graded.score
        score, _most = utils.determine_grade(cell, self.log)
        return None if score is None else float(score)

    def _comment(self, gradebook: Gradebook, cell: NotebookNode, place: tuple[str, str, str]) -> None:
        """nbgrader's own rule: an answer that is as it was released gets a comment that says so."""
        comment = gradebook.find_comment(cell.metadata["nbgrader"]["grade_id"], *place)
        unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
        comment.auto_comment = "No response." if unchanged and not utils.is_task(cell) else None
