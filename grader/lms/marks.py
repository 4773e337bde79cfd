"""What each student's mark is, as the gradebook has it, and what an LMS is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.database import Standing, gradebook, standings
from grader.autograde.lms import is_over
from grader.autograde.records import load_graded, read_checks
from grader.autograde.submissions import Submissions
from grader.autograde.uncollected import in_exchange, not_collected
from grader.i18n import _
from grader.lms.roster import Person


class State(Enum):
    """``value``: AGS's gradingProgress, activityProgress. None: nothing is said to the LMS."""

    GRADED = ("FullyGraded", "Completed")
    #: The due date is over and nothing was handed in: a zero, as in the exports.
    ABSENT = ("FullyGraded", "Initialized")
    #: A person has to look at it.
    WAITING = ("PendingManual", "Submitted")
    #: "The grading could not complete": our trouble, and no score goes with it.
    UNCHECKED = ("Failed", "Submitted")
    #: Handed in and not collected or not graded yet, or there is still time.
    NOTHING = None

    @property
    def has_score(self) -> bool:
        return self in (State.GRADED, State.ABSENT)


@dataclass(frozen=True)
class Mark:
    """One student's, in points of ``most``. ``why``: the tasks that wait, or why there is nothing to say yet."""

    student: str
    state: State
    score: float | None
    most: float
    comment: str = ""
    why: str = ""


@dataclass(frozen=True)
class LabMarks:
    """Everybody's, by name."""

    lab: str
    most: float
    people: tuple[Person, ...]
    marks: dict[str, Mark]


def lab_marks(config: Config, lab: str) -> LabMarks:
    """Of everybody whom the gradebook knows. ``lab``: its whole name. Raises NoDatabase, UnreadableExchange."""
    course = CourseDirectory(config=config)
    submissions = Submissions(config, lab)
    with gradebook(str(course.db_url)) as book:
        assignment = book.find_assignment(lab)
        most, due = float(assignment.max_score), assignment.duedate
        known = standings(book, lab)
        people = _people(book)
    # The notebooks say whose fault it is that something waits: few do.
    marks = {person.name: _mark(person.name, known.get(person.name), most, due, submissions) for person in people}
    absent = {student for student, mark in marks.items() if mark.state is State.ABSENT}
    for name in absent & in_exchange(config, lab) if absent else ():
        marks[name] = Mark(name, State.NOTHING, None, most, why=not_collected(lab))
    return LabMarks(lab, most, people, marks)


def _people(book: Gradebook) -> tuple[Person, ...]:
    return tuple(
        Person(
            str(student.id),
            student.lms_user_id or "",
            student.email or "",
            f"{student.first_name or ''} {student.last_name or ''}".strip(),
        )
        for student in sorted(book.students, key=lambda student: str(student.id))
    )


def _mark(student: str, standing: Standing | None, most: float, due: datetime | None, submissions: Submissions) -> Mark:
    if standing is None or not (standing.graded or submissions.graded(student).exists()):
        return _without_grade(student, standing, most, due, submissions)
    if not standing.waiting:
        return Mark(student, State.GRADED, standing.final, most, _late(standing))
    if not (standing.score or standing.penalty or submissions.was_graded(student)):
        # A first grading that was killed or failed: nbgrader's row is there before, and all cells wait in it.
        return Mark(student, State.NOTHING, None, most, why=_("handed in, not graded yet"))
    waiting = ", ".join(standing.waiting)
    unchecked = set(standing.waiting) & _unchecked(submissions.graded(student))
    if unchecked:
        return Mark(student, State.UNCHECKED, None, most, why=", ".join(sorted(unchecked)))
    return Mark(student, State.WAITING, None, most, why=waiting)


def _without_grade(
    student: str, standing: Standing | None, most: float, due: datetime | None, submissions: Submissions
) -> Mark:
    if submissions.submitted(student).exists():
        return Mark(student, State.NOTHING, None, most, why=_("handed in, not graded yet"))
    if not is_over(due, timedelta() if standing is None else standing.extension):
        return Mark(student, State.NOTHING, None, most, why=_("nothing handed in, and there is time"))
    return Mark(student, State.ABSENT, 0.0, most, _("Nothing was handed in."))


def _late(standing: Standing) -> str:
    """Students read it beside their mark."""
    if not standing.penalty:
        return ""
    return _("Handed in late: {score:g} − {penalty:g} points").format(score=standing.score, penalty=standing.penalty)


def _unchecked(folder: Path) -> set[str]:
    """The tasks that could not be checked."""
    found: set[str] = set()
    for path in sorted(folder.glob("*.ipynb")):
        try:
            found |= {check.name for check in read_checks(load_graded(path)) if check.score is None}
        except (OSError, ValueError, KeyError, AttributeError):
            continue  # removed or half written: then a person looks at it, whatever the reason
    return found


def payload(mark: Mark, user_id: str, timestamp: str) -> dict[str, Any]:
    """The mark as AGS's Score. Points go only with FullyGraded: Canvas would show half a mark as a whole one."""
    assert mark.state.value is not None
    grading, activity = mark.state.value
    content: dict[str, Any] = {
        "userId": user_id,
        "timestamp": timestamp,
        "gradingProgress": grading,
        "activityProgress": activity,
        # No submission of Canvas's own: it would have the time of this moment, and Canvas's rules for late work would
        # take points off once more.
        "https://canvas.instructure.com/lti/submission": {"new_submission": False},
    }
    if mark.score is not None:
        content |= {"scoreGiven": mark.score, "scoreMaximum": mark.most}
    if mark.comment:
        content["comment"] = mark.comment
    return content
