"""How the tasks of a lab did in a class, by the records of graded submissions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean, median

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.records import CheckRecord, GradedSubmissions, SubmissionRecord
from grader.autograde.settings import Drydock
from grader.autograde.submissions import Submissions
from grader.report.verdicts import Status

#: Below so many students a correlation says nothing.
_FEW = 5


@dataclass(frozen=True)
class TaskFigures:
    """One task. ``difficulty``: the mean share of its points, 1 where everybody had all. ``discrimination``: how its
    points go with those of the lab's other tasks, from -1 to 1; None where nobody can tell. What could not be checked
    is in ``unchecked`` and in no other figure. ``who``: the students by how it ended for them. ``failing``: the
    commonest sentence that was not true, and of how many; ``wrong``: what was found in its place most often, and with
    how many. ``attempts`` and ``minutes`` at it: medians of the ``noted`` students whose
    notebooks told (time_on_task.py).
    """

    name: str
    points: float
    students: int
    passed: int
    failed: int
    blocked: int
    unchecked: int
    median: float | None
    difficulty: float | None
    discrimination: float | None
    failing: str
    failing_of: int
    wrong: str
    wrong_of: int
    who: Mapping[Status, tuple[str, ...]]
    noted: int = 0
    attempts: float | None = None
    minutes: float | None = None

    @property
    def not_passed(self) -> list[str]:
        """Who did not do it, by name."""
        return sorted(self.who[Status.FAILED] + self.who[Status.BLOCKED])


def figures(records: Iterable[SubmissionRecord]) -> list[TaskFigures]:
    """Of each task, in the lab's order."""
    graded = [record for record in records if not record.error]
    names = list(dict.fromkeys(check.name for record in graded for check in record.checks))
    return [_figures(name, graded) for name in names]


def _figures(name: str, graded: Sequence[SubmissionRecord]) -> TaskFigures:
    mine = [(check, record) for record in graded for check in record.checks if check.name == name]
    known = [(check, record) for check, record in mine if check.score is not None]
    scores = [check.score or 0.0 for check, _record in known]
    who = {status: tuple(record.student for check, record in mine if check.status is status) for status in Status}
    points = mine[0][0].points
    failed = [_failed(check) for check, _record in known]
    failing, failing_of = _commonest(set(one) for one in failed)
    wrong, wrong_of = _commonest({one[failing]} - {""} for one in failed if failing in one)
    return TaskFigures(
        name=name,
        points=points,
        students=len(mine),
        passed=len(who[Status.PASSED]),
        failed=len(who[Status.FAILED]),
        blocked=len(who[Status.BLOCKED]),
        unchecked=len(mine) - len(known),
        median=median(scores) if scores else None,
        difficulty=fmean(scores) / points if scores and points else None,
        discrimination=_discrimination(name, known),
        failing=failing,
        failing_of=failing_of,
        wrong=wrong,
        wrong_of=wrong_of,
        who=who,
    )


def _discrimination(name: str, known: Sequence[tuple[CheckRecord, SubmissionRecord]]) -> float | None:
    """The correlation with the rest of the lab (the task itself left out, or every task would seem a good one)."""
    if len(known) < _FEW:
        return None
    own = [check.score or 0.0 for check, _record in known]
    rest = [sum(other.score or 0.0 for other in record.checks if other.name != name) for _check, record in known]
    try:
        return correlation(own, rest)
    except StatisticsError:  # all have the same
        return None


def _failed(check: CheckRecord) -> dict[str, str]:
    """Sentences that were not true, and what was found."""
    return {one.sentence: one.found for one in check.report.verdicts if one.status is Status.FAILED}


def _commonest(texts: Iterable[set[str]]) -> tuple[str, int]:
    """Of each submission's; none is counted twice in one."""
    said = Counter(text for one in texts for text in one)
    return max(said.items(), key=lambda pair: (pair[1], pair[0])) if said else ("", 0)


def graded_records(config: Config, lab: str) -> list[SubmissionRecord]:
    """The records of all who have a grade for ``lab``. Raises BadSecret."""
    course = CourseDirectory(config=config)
    submissions = Submissions(config, lab)
    known = GradedSubmissions(str(course.db_url), Drydock(config=config).secret_file(course), lab)
    return [known.safely(student, submissions.graded(student)) for student in known.graded]
