"""nbgrader's own tests: autograded cells without ``check.task``, scored by what they gave in the student's kernel.

The scores are nbgrader's. So is their worth: the test runs among the student's own code, which can read it then,
and forge what comes out of it (docs/security.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from logging import Logger

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader import utils

from grader.autograde.verdict_cells import Graded
from grader.course.cells import Cell
from grader.course.release import Release
from grader.i18n import _
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.sandbox import CellOutcome, CellStatus, could_not_check


def foreign_language(release: Release) -> str:
    """The language of a notebook whose cells our kernels, being Python, can't run; else an empty text."""
    spec = release.kernelspec
    language = str(spec.get("language") or spec.get("name") or "python")
    return "" if language.lower().startswith(("python", "ipython")) else language


@dataclass(frozen=True)
class NbgraderTests:
    """Scores tests in nbgrader's words. ``ignored``: its IgnorePattern, for what stderr may say."""

    log: Logger
    ignored: str = ""

    def graded(self, known: Cell, outcome: CellOutcome) -> Graded:
        """The score nbgrader gives for what came out of a test."""
        deciding = [output for output in outcome.deciding if not self._is_ignored(output)]
        if outcome.status is not CellStatus.OK:
            # nbgrader's Execute adds an error where a student's cell has kept the kernel from showing one.
            deciding.append(new_output("error", ename="", evalue=outcome.last_words, traceback=[]))
        try:
            score = self._score(known, deciding)
        except (KeyError, ValueError, TypeError) as slip:
            why = _("nbgrader can't make a score of what this test gave: {why}")
            return self._graded(known, could_not_check(known.grade_id, why.format(why=slip)), None)
        return self._graded(known, self._report(known, score, deciding), score)

    def not_run(self, known: Cell, why: str) -> Graded:
        """No points, for a test that the student's own cells left no kernel or no time."""
        verdict = Verdict(Status.FAILED, _("The test runs without an error."), found=why)
        return self._graded(known, TaskReport(known.grade_id, known.grade_id, "", (verdict,)), 0.0)

    def _score(self, known: Cell, deciding: Sequence[NotebookNode]) -> float:
        cell = new_code_cell(known.source, outputs=list(deciding))
        cell.metadata["nbgrader"] = known.nbgrader_metadata()
        score, _most = utils.determine_grade(cell, self.log)
        if score is None or not math.isfinite(score):
            raise ValueError(score)
        return float(score)

    def _is_ignored(self, output: NotebookNode) -> bool:
        return bool(self.ignored and output.output_type == "stream" and re.search(self.ignored, output.text))

    def _report(self, known: Cell, score: float, deciding: Sequence[NotebookNode]) -> TaskReport:
        first = deciding[0] if deciding else None
        works = _("The test runs without an error.")
        if first is not None and first.output_type != "execute_result":
            verdict = Verdict(Status.FAILED, works, found=_last_words(first))
        elif score < known.points:
            sentence = _("The test gives all points.")
            verdict = Verdict(Status.FAILED, sentence, expected=f"{known.points:g}", found=f"{score:g}")
        else:
            verdict = Verdict(Status.PASSED, works)
        return TaskReport(known.grade_id, known.grade_id, "", (verdict,))

    @staticmethod
    def _graded(known: Cell, report: TaskReport, score: float | None) -> Graded:
        if score is None:
            return Graded.of(report, known.points)
        words = _("{earned:g} of {points:g} points, by a test in the student's own kernel: its result can be forged.")
        return Graded(report, known.points, score, words.format(earned=score, points=known.points))


def _last_words(output: NotebookNode) -> str:
    if output.output_type == "stream":
        lines = output.text.strip().splitlines()
        return _("it wrote to stderr: {text}").format(text=lines[-1] if lines else "")
    return f"{output.ename}: {output.evalue}".strip(": ")
