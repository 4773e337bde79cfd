"""Grades for a learning management system: ``nbgrader export --exporter=grader.autograde.lms.CanvasExport``.

Columns as Canvas ("Gradebook CSV import") and Moodle ("Grade import, CSV file") document them. Work that nobody has
graded has an empty cell, which is no grade in both systems: never a silent zero. A zero without work is written only
where the due date is over and nothing was handed in, by nbgrader's exchange neither.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin, ExportPlugin

from grader.autograde.database import Standing, standings
from grader.autograde.reports import harmless, in_order
from grader.autograde.uncollected import UnreadableExchange, in_exchange, not_collected
from grader.i18n import _

type Row = list[str]


class LmsExport(ExportPlugin):  # type: ignore[misc]
    """What both formats share: one line per student, one column per lab."""

    default_file = "grades.csv"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._waiting: dict[str, frozenset[str]] = {}

    def export(self, gradebook: Gradebook) -> None:
        """Write ``--to`` (or the default file); ``--assignment`` and ``--student`` choose columns and lines."""
        labs = [lab for lab in _in_order(gradebook) if not self.assignment or lab.name in self.assignment]
        students = [s for s in gradebook.students if not self.student or s.id in self.student]
        path = Path(self.to or self.default_file)
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            table = csv.writer(file)
            table.writerows(map(harmless, self.head([(lab.name, float(lab.max_score)) for lab in labs])))
            known = {lab.name: standings(gradebook, lab.name) for lab in labs}
            for student in sorted(students, key=lambda s: str(s.id)):
                scores = [self._score(known[lab.name].get(student.id), lab, student.id) for lab in labs]
                table.writerow(harmless([*self.person(student), *scores]))
        self.log.info("Grades written to %s", path)

    def head(self, labs: list[tuple[str, float]]) -> list[Row]:
        raise NotImplementedError

    def person(self, student: Any) -> Row:
        raise NotImplementedError

    def _score(self, standing: Standing | None, lab: Any, student: str) -> str:
        if standing is None or not standing.graded:
            return self._score_without_grades(lab, student, timedelta() if standing is None else standing.extension)
        if standing.waiting:
            self.log.warning(_("%s of %s waits for you in formgrader and is left empty."), lab.name, student)
            return ""
        return f"{standing.final:g}"

    def _score_without_grades(self, lab: Any, student: str, extension: timedelta) -> str:
        course = self.parent.coursedir
        if Path(course.format_path(course.submitted_directory, student, lab.name)).exists():
            self.log.warning(_("%s of %s is not graded yet and is left empty."), lab.name, student)
            return ""
        if not is_over(lab.duedate, extension):
            return ""
        if student in self._in_exchange(str(lab.name)):
            said = not_collected(str(lab.name))
            self.log.warning(_("%s of %s is left empty: %s"), lab.name, student, said)
            return ""
        return "0"

    def _in_exchange(self, lab: str) -> frozenset[str]:
        if lab not in self._waiting:
            try:
                self._waiting[lab] = in_exchange(self.config, lab)
            except UnreadableExchange as error:
                self.parent.fail(f"{error} {error.remedy}")
        return self._waiting[lab]


def is_over(due: datetime | None, extension: timedelta = timedelta()) -> bool:
    """Whether nothing can be handed in any more. nbgrader keeps due dates in UTC, without saying so."""
    return due is not None and due + extension < datetime.now(UTC).replace(tzinfo=None)


def _in_order(gradebook: Gradebook) -> list[Any]:
    """The labs by their numbers; nbgrader has them by their due dates."""
    return sorted(gradebook.assignments, key=lambda lab: in_order(str(lab.name)))


def _name(student: Any, order: Callable[[str, str], str]) -> str:
    first, last = student.first_name or "", student.last_name or ""
    return order(first, last).strip(" ,") or str(student.id)


class CanvasExport(LmsExport):
    """Student ids must be Canvas's SIS Login IDs (or be mapped to them before the import)."""

    default_file = "canvas.csv"

    def head(self, labs: list[tuple[str, float]]) -> list[Row]:
        names, points = [name for name, _most in labs], [f"{most:g}" for _name, most in labs]
        return [
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names],
            ["    Points Possible", "", "", "", "", *points],
        ]

    def person(self, student: Any) -> Row:
        name = _name(student, lambda first, last: f"{last}, {first}")
        return [name, student.lms_user_id or "", "", str(student.id), ""]


class MoodleExport(LmsExport):
    """Student ids must be Moodle's user names; choose "username" as the identifying column at the import."""

    default_file = "moodle.csv"

    def head(self, labs: list[tuple[str, float]]) -> list[Row]:
        return [["username", "email", *(name for name, _most in labs)]]

    def person(self, student: Any) -> Row:
        return [str(student.id), student.email or ""]


class GradesExport(CsvExportPlugin):  # type: ignore[misc]
    """nbgrader's own table, one line for each lab and student, with names that are no formulas and may have commas."""

    def export(self, gradebook: Gradebook) -> None:
        """Write ``--to`` or grades.csv; ``--assignment`` and ``--student`` choose lines."""
        path = Path(self.to or "grades.csv")
        students = [student for student in gradebook.students if not self.student or student.id in self.student]
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            table = csv.writer(file)
            table.writerow(_COLUMNS)
            for lab in _in_order(gradebook):
                if not self.assignment or lab.name in self.assignment:
                    known = standings(gradebook, lab.name)
                    most = float(lab.max_score)
                    for student in students:
                        table.writerow(harmless(_line(lab, most, student, known.get(student.id, _NOTHING))))
        self.log.info("Grades written to %s", path)


_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
_NOTHING = Standing(0.0, 0.0, (), None)


def _line(lab: Any, most: float, student: Any, standing: Standing) -> list[object]:
    names = (student.last_name, student.first_name, student.email)
    words = [lab.name, lab.duedate, standing.handed_in, student.id, *names]
    return [*(word or "" for word in words), standing.score, standing.penalty, standing.final, most]
