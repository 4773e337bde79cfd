"""Whose value is it? Names the owner of another student's value found in a failed check: for the instructor only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nbgrader.api import Gradebook

from grader.autograde.records import CheckRecord, SubmissionRecord, read_record
from grader.checks.verdicts import Status
from grader.i18n import _
from grader.values import BadDeclaration, Declaration, StudentKey
from grader.values.asked import all_asked_for, asked_for
from grader.values.secret import read_secret


def record_with_remarks(db_url: str, secret_file: Path, folder: Path, student: str, lab: str) -> SubmissionRecord:
    """What is known of a graded submission, whose graded notebooks are in ``folder``."""
    record = read_record(db_url, folder, student, lab)
    others = remarks(db_url, secret_file, lab, student, record.checks)
    return replace(record, remarks=(*record.remarks, *others))


def remarks(db_url: str, secret_file: Path, lab: str, student: str, checks: Iterable[CheckRecord]) -> tuple[str, ...]:
    """One sentence for each value of another student that a failed check found in ``student``'s work."""
    failed = {check.name: check for check in checks if check.status is Status.FAILED}
    secret = read_secret(secret_file)
    if not failed or secret is None:
        return ()
    asked = _asked(db_url, lab, failed)
    if not asked:
        return ()
    with Gradebook(db_url) as gradebook:
        keys = {str(other.id): StudentKey.derive(secret, str(other.id)) for other in gradebook.students}
    keys.setdefault(student, StudentKey.derive(secret, student))
    return tuple(line for name, wanted in asked.items() for line in _said(failed[name], wanted, student, keys))


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


def _asked(db_url: str, lab: str, failed: Mapping[str, CheckRecord]) -> dict[str, list[Declaration]]:
    with Gradebook(db_url) as gradebook:
        cells = [cell for notebook in gradebook.find_assignment(lab).notebooks for cell in notebook.source_cells]
        sources = {str(cell.name): str(cell.source or "") for cell in cells if cell.name in failed}
    found = {}
    for name, source in sources.items():
        try:
            found[name] = list(all_asked_for([source]).values())
        except BadDeclaration:  # the check itself has said so
            continue
    return {name: asked for name, asked in found.items() if asked}


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
