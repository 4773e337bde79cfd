"""How a report lies in a graded notebook: nbgrader reads the number, people the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Self

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.course.answers import KnownWrong
from grader.i18n import _, ngettext
from grader.report.render import report_as_html, report_as_text
from grader.report.verdicts import Status, TaskReport, explained
from grader.sandbox.outputs import sanitized

#: The first output of a graded cell is ours, and ``sanitized`` leaves nothing of this type in a student's.
REPORT_TYPE = "application/vnd.drydock.report+json"
#: Where a rebuilt cell's metadata say why it is not to be run.
NOT_RUN_KEY = "drydock_not_run"


def score(report: TaskReport, points: float) -> float | None:
    """Points for a report, in hundredths rounded down; None when the task could not be checked.

    Down, so that "almost all" never shows as full marks.
    """
    if report.status is Status.COULD_NOT_CHECK:
        return None
    if report.status is Status.PASSED:
        return points
    return min(points, max(0.0, math.floor(points * report.fraction * 100) / 100))


def sentence(report: TaskReport, points: float) -> str:
    """One sentence that says what the score is for."""
    earned = score(report, points)
    if earned is None:
        reason = next((v.sentence for v in report.verdicts if v.status is Status.COULD_NOT_CHECK), "")
        return _("Could not be checked; your instructor will look at it. {reason}").format(reason=reason).strip()
    if report.status is Status.BLOCKED:
        return _("{earned:g} of {points:g} points: this task builds on one that is not done yet.").format(
            earned=earned, points=points
        )
    total = len(report.verdicts)
    met = sum(verdict.status is Status.PASSED for verdict in report.verdicts)
    return ngettext(
        "{earned:g} of {points:g} points: {met} of {total} expectation met.",
        "{earned:g} of {points:g} points: {met} of {total} expectations met.",
        total,
    ).format(earned=earned, points=points, met=met, total=total)


@dataclass(frozen=True)
class Graded:
    """A report with its score (None: could not be checked) and the sentence that says what it is for."""

    report: TaskReport
    points: float
    score: float | None
    sentence: str

    @classmethod
    def of(cls, report: TaskReport, points: float) -> Self:
        """By the share of what was expected."""
        return cls(report, points, score(report, points), sentence(report, points))


def write_report(cell: NotebookNode, report: TaskReport, points: float) -> None:
    """Make the report the outputs of a check cell."""
    write_graded(cell, Graded.of(report, points))


def write_graded(cell: NotebookNode, graded: Graded, outputs: Iterable[NotebookNode] = ()) -> None:
    """Make it the outputs of a graded cell, and ``outputs``, which may be a student's, stand below."""
    shown = new_output(
        "display_data",
        {
            "text/html": report_as_html(graded.report),
            "text/plain": report_as_text(graded.report),
            REPORT_TYPE: {
                **graded.report.to_dict(),
                "points": graded.points,
                "score": graded.score,
                "sentence": graded.sentence,
            },
        },
    )
    earned = graded.score
    # nbgrader takes the first result's text as the score (nbgrader.utils.determine_grade).
    plain = graded.sentence if earned is None else f"{earned:g}" if earned == round(earned, 2) else repr(earned)
    kind = "display_data" if earned is None else "execute_result"
    verdict = {"text/plain": plain, "text/html": f"<p><strong>{escape(graded.sentence)}</strong></p>"}
    cell.outputs = [shown, new_output(kind, verdict), *sanitized(outputs)]
    cell.execution_count = None


def read_graded(cell: NotebookNode) -> Graded | None:
    """What is in a graded cell, or None."""
    for output in cell.get("outputs", []):
        if REPORT_TYPE in output.get("data", {}):
            found = output["data"][REPORT_TYPE]
            return Graded(TaskReport.from_dict(found), float(found["points"]), found["score"], found["sentence"])
    return None


def explain(cell: NotebookNode, known: Iterable[KnownWrong]) -> None:
    """Have the report in a check cell tell why known wrong answers are wrong."""
    graded = read_graded(cell)
    if graded is not None and (report := explained(graded.report, known)) != graded.report:
        write_graded(cell, replace(graded, report=report))


def read_report(cell: NotebookNode) -> TaskReport | None:
    """The report in a graded cell, or None."""
    graded = read_graded(cell)
    return None if graded is None else graded.report
