"""What a run of grading found, as data: one record per submission, with every check's verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook, MissingEntry

from grader.autograde.database import Standing, standings
from grader.autograde.rebuild import MISPLACED_KEY
from grader.autograde.verdict_cells import read_graded
from grader.course.cells import name_of
from grader.i18n import _
from grader.report.plain import one_line
from grader.report.verdicts import Status, TaskReport
from grader.values import BadDeclaration, Declaration, StudentKey
from grader.values.asked import all_asked_for, asked_for
from grader.values.keys import read_secret


@dataclass(frozen=True)
class CheckRecord:
    """One check of one submission. ``score`` is None when it could not be checked."""

    name: str
    points: float
    score: float | None
    sentence: str
    report: TaskReport

    @property
    def status(self) -> Status:
        return self.report.status


def our_fault(fault: Exception) -> str:
    """What is said where a fault of ours must not pass for the student's."""
    return _("The grader failed: {what}.").format(what=f"{type(fault).__name__}: {fault}")


@dataclass(frozen=True)
class SubmissionRecord:
    """One graded submission. Scores in points; ``error`` is set when there is no grade at all."""

    student: str
    lab: str
    score: float = 0.0
    most: float = 0.0
    seconds: float = 0.0
    checks: tuple[CheckRecord, ...] = ()
    needs_instructor: tuple[str, ...] = ()
    error: str = ""
    #: The command that mends what is said in ``error``, if there is one.
    remedy: str = ""
    #: Seconds after the due date, and the points that nbgrader takes off for it.
    late: float = 0.0
    penalty: float = 0.0
    #: The final score before this run, where the submission was graded before.
    before: float | None = None
    #: For the instructor: what was left out of the submission, whose values a failed check found, and where an answer
    #: has to be looked for.
    remarks: tuple[str, ...] = ()
    log: tuple[str, ...] = field(default=(), compare=False)

    @property
    def final(self) -> float:
        """What counts, and what exports give to a learning management system."""
        return max(0.0, self.score - self.penalty)

    def on_screen(self) -> SubmissionRecord:
        """The record for a terminal: what a student named or wrote neither ends a line nor steers the screen."""
        return replace(
            self,
            student=one_line(self.student),
            error=one_line(self.error),
            remarks=tuple(one_line(remark) for remark in self.remarks),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "student": self.student,
            "lab": self.lab,
            "score": self.score,
            "max_score": self.most,
            "late_seconds": round(self.late),
            "penalty": self.penalty,
            "final_score": self.final,
            "score_before": self.before,
            "seconds": round(self.seconds, 2),
            "needs_instructor": list(self.needs_instructor),
            "error": self.error,
            "remedy": self.remedy,
            "remarks": list(self.remarks),
            "checks": [
                {
                    "name": check.name,
                    "points": check.points,
                    "score": check.score,
                    "sentence": check.sentence,
                    "report": check.report.to_dict(),
                }
                for check in self.checks
            ],
        }


def load_graded(path: Path) -> NotebookNode:
    """A graded notebook. As we wrote it, nbformat need not look at every cell again: for a class, that is minutes."""
    return from_dict(json.loads(path.read_bytes()))


def read_checks(notebook: NotebookNode) -> tuple[CheckRecord, ...]:
    """The checks of a graded notebook, in its order."""
    found = []
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        # Only a check's outputs are ours; those of an answer that is graded by hand are the student's.
        ours = cell.cell_type == "code" and grading.get("grade") and not grading.get("solution")
        graded = read_graded(cell) if ours else None
        if graded is not None:
            found.append(CheckRecord(name_of(cell), graded.points, graded.score, graded.sentence, graded.report))
    return tuple(found)


def read_record(standing: Standing, most: float, folder: Path, student: str, lab: str) -> SubmissionRecord:
    """What the gradebook and the graded notebooks in ``folder`` say about a graded submission."""
    graded = [load_graded(path) for path in sorted(folder.glob("*.ipynb"))]
    names = (name_of(cell) for notebook in graded for cell in notebook.cells)
    order = {name: number for number, name in enumerate(names)}
    waiting = sorted(standing.waiting, key=lambda name: order.get(name, len(order)))
    checks = tuple(check for notebook in graded for check in read_checks(notebook))
    about = [notebook.metadata.get("drydock", {}) for notebook in graded]
    notes = [note for known in about for note in known.get("notes", ())]
    lost = [task for known in about for task in known.get(MISPLACED_KEY, ()) if task in standing.waiting]
    remarks = [_("{task}: no answer in its cell; formgrader shows where to look").format(task=task) for task in lost]
    return SubmissionRecord(
        student,
        lab,
        standing.score,
        most,
        checks=checks,
        needs_instructor=tuple(waiting),
        late=standing.late,
        penalty=standing.penalty,
        remarks=(*notes, *remarks),
    )


# -- Whose value is it? Names the owner of another student's value found in a failed check: for the instructor only.


class GradedSubmissions:
    """What is known of a lab's graded submissions. The gradebook is asked once, for all of them."""

    def __init__(self, db_url: str, secret_file: Path, lab: str) -> None:
        """Raises BadSecret."""
        self._lab = lab
        self._secret = read_secret(secret_file)
        with Gradebook(db_url) as book:
            assignment = book.find_assignment(lab)
            self._most = float(assignment.max_score)
            self._standings = standings(book, lab)
            self._sources = {
                str(cell.name): str(cell.source or "")
                for notebook in assignment.notebooks
                for cell in notebook.source_cells
            }
            self._students = [str(student.id) for student in book.students]

    def record(self, student: str, folder: Path) -> SubmissionRecord:
        """Of one student, whose graded notebooks are in ``folder``. Raises MissingEntry for one without a grade."""
        if student not in self._standings:
            raise MissingEntry(_("The gradebook has no submission of {student}.").format(student=student))
        record = read_record(self._standings[student], self._most, folder, student, self._lab)
        return replace(record, remarks=(*record.remarks, *self._remarks(student, record.checks)))

    def safely(self, student: str, folder: Path) -> SubmissionRecord:
        """As ``record``; whatever fails is in it: one submission's trouble is no other's."""
        try:
            return self.record(student, folder)
        except Exception as fault:
            return SubmissionRecord(student, self._lab, error=our_fault(fault))

    @property
    def graded(self) -> list[str]:
        """The students of whom the gradebook has a grade, by name."""
        return sorted(name for name, standing in self._standings.items() if standing.graded)

    def _remarks(self, student: str, checks: Iterable[CheckRecord]) -> tuple[str, ...]:
        """One sentence for each value of another student that a failed check found in ``student``'s work."""
        failed = {check.name: check for check in checks if check.status is Status.FAILED}
        if not failed or self._secret is None:
            return ()
        asked = {name: self._asked[name] for name in failed if self._asked.get(name)}
        return tuple(line for name in asked for line in _said(failed[name], asked[name], student, self._keys))

    @cached_property
    def _keys(self) -> dict[str, StudentKey]:
        assert self._secret is not None
        return {student: StudentKey.derive(self._secret, student) for student in {*self._students, *self._standings}}

    @cached_property
    def _asked(self) -> dict[str, list[Declaration]]:
        """Task → the values it asks for."""
        found = {}
        for name, source in self._sources.items():
            # Where a declaration is wrong, the check itself has said so.
            with suppress(BadDeclaration):
                found[name] = list(all_asked_for([source]).values())
        return found


def unkeyed(sources: Iterable[str], secret_file: Path) -> str:
    """A warning when a lab with individual values is graded without the course secret; else empty.

    Raises BadSecret.
    """
    if read_secret(secret_file) is not None or not any(_asks(source) for source in sources):
        return ""
    return _(
        "This lab has values that differ per student, but there is no {file}: everybody is graded with the default"
        " ones. If you handed out keys, bring the file back first; if not: drydock values keys"
    ).format(file=secret_file)


def _asks(source: str) -> bool:
    try:
        return any(True for _declaration in asked_for(source))
    except BadDeclaration:
        return True


def _said(
    check: CheckRecord, asked: Iterable[Declaration], student: str, keys: Mapping[str, StudentKey]
) -> Iterator[str]:
    failed = [verdict for verdict in check.report.verdicts if verdict.status is Status.FAILED]
    for declaration in asked:
        own = declaration.value(keys[student])
        found = {v for one in failed for v in declaration.others_in(one.found, f"{one.sentence}\n{one.expected}", own)}
        owners = sorted(other for other, key in keys.items() if declaration.value(key) in found)
        if owners:
            yield _("{task}: the {name} found here is the one of {students}").format(
                task=check.name, name=declaration.name, students=", ".join(owners)
            )
