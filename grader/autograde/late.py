"""Late work: more time for a student, and a penalty that grows with each day.

nbgrader keeps an extension with each submission and asks a plugin for the penalty; it has no command for the first,
and of the second only "none" and "zero".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Float
from traitlets.config import Config

from grader.autograde.database import gradebook, standings
from grader.errors import ExpectedError
from grader.i18n import _

_DAY = 24 * 3600.0


class DailyPenalty(BasePlugin):  # type: ignore[misc]
    """``c.AssignLatePenalties.plugin_class = "grader.autograde.late.DailyPenalty"``: so much off for each day begun."""

    percent_per_day = Float(10.0, help="Of the score, taken off for each day that has begun.").tag(config=True)
    most_percent = Float(100.0, help="Never more than this is taken off.").tag(config=True)
    grace_minutes = Float(0.0, help="So late is not late.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """What nbgrader asks of a late submission plugin."""
        late = total_seconds_late - 60 * float(self.grace_minutes)
        if late <= 0:
            return 0.0
        percent = min(float(self.most_percent), float(self.percent_per_day) * math.ceil(late / _DAY))
        return round(score * percent / 100, 2)


class NoExtension(ExpectedError):
    """``str()`` is one sentence; ``remedy`` what to do."""


@dataclass(frozen=True)
class Extended:
    """``until`` is in UTC; what counts, before and after."""

    student: str
    until: datetime
    before: float
    after: float


def extend(
    config: Config, lab: str, students: Sequence[str], *, days: float | None, until: datetime | None
) -> Iterator[Extended]:
    """Give each of ``students`` so many days after the due date, or until a moment. Raises NoExtension, NoDatabase."""
    with gradebook(str(CourseDirectory(config=config).db_url)) as book:
        due = book.find_assignment(lab).duedate
        if due is None:
            raise NoExtension(
                _("{lab} has no due date: nothing is late.").format(lab=lab),
                f'nbgrader db assignment add {lab} --duedate "2027-03-01 23:59:00 UTC"',
            )
        known = {str(student.id) for student in book.students}
        if unknown := [student for student in students if student not in known]:
            raise NoExtension(
                _("The gradebook knows no student {name}.").format(name=unknown[0]), "nbgrader db student list"
            )
        end = due + timedelta(days=days or 0) if until is None else until.astimezone(UTC).replace(tzinfo=None)
        if end < due:
            raise NoExtension(
                _("That is before the due date, {due} UTC.").format(due=f"{due:%Y-%m-%d %H:%M}"),
                f"drydock grades extend {lab} {students[0]} --days 3",
            )
        before = standings(book, lab)
        for student in students:
            _give(book, config, lab, student, end - due)
        after = standings(book, lab)
    for student in students:
        old = before[student].final if student in before else 0.0
        yield Extended(student, end, old, after[student].final)


def _give(book: Gradebook, config: Config, lab: str, student: str, more: timedelta) -> None:
    submission = book.update_or_create_submission(lab, student, extension=more)
    # The rule of the course, by nbgrader's own step: nothing has to be graded again.
    step = AssignLatePenalties(config=config)
    step.init_plugin()
    for notebook in submission.notebooks:
        late = submission.total_seconds_late
        penalty = step.plugin_inst.late_submission_penalty(student, notebook.score, late) if late > 0 else None
        notebook.late_submission_penalty = None if penalty is None else min(max(0.0, penalty), notebook.score)
    book.db.commit()
