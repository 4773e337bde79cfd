"""How a check's report lies in a graded notebook: nbgrader reads the number, people the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.checks.verdicts import Status, TaskReport
from grader.i18n import _, ngettext

#: Only we write cells that nbgrader grades, so a report of this type in one of them is ours.
REPORT_TYPE = "application/vnd.drydock.report+json"


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


def write_report(cell: NotebookNode, report: TaskReport, points: float) -> None:
    """Make the report the outputs of a check cell, in the form nbgrader's SaveAutoGrades understands."""
    words = sentence(report, points)
    shown = new_output(
        "display_data",
        {
            "text/html": report.as_html(),
            "text/plain": report.as_text(),
            REPORT_TYPE: {**report.to_dict(), "points": points, "score": score(report, points)},
        },
    )
    earned = score(report, points)
    # nbgrader takes the first result's text as the score (nbgrader.utils.determine_grade).
    plain = words if earned is None else f"{earned:g}" if earned == round(earned, 2) else repr(earned)
    kind = "display_data" if earned is None else "execute_result"
    verdict = {"text/plain": plain, "text/html": f"<p><strong>{escape(words)}</strong></p>"}
    cell.outputs = [shown, new_output(kind, verdict)]
    cell.execution_count = None


def read_report(cell: NotebookNode) -> TaskReport | None:
    """The report in a graded check cell, or None."""
    for data in _bundles(cell):
        if REPORT_TYPE in data:
            return TaskReport.from_dict(data[REPORT_TYPE])
    return None


def _bundles(cell: NotebookNode) -> Iterator[NotebookNode]:
    for output in cell.get("outputs", []):
        if "data" in output:
            yield output["data"]
