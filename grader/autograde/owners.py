"""Whose value is it? Names the owner of another student's value found in a failed check: for the instructor only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from grader.autograde.database import standings
from grader.autograde.records import CheckRecord, SubmissionRecord, read_record
from grader.i18n import _
from grader.report.verdicts import Status
from grader.values import BadDeclaration, Declaration, StudentKey
from grader.values.asked import all_asked_for, asked_for
from grader.values.secret import read_secret


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
