"""What became of a student's hand-ins, for the student to read: nbgrader says “Submitted as” before root has looked.

The text lies in the folder that root shows them read-only; their desk links to it from beside the labs.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from grader.classroom.places import StudentFolder
from grader.files import atomic
from grader.i18n import _

#: In the student's feedback folder, and beside the labs.
NAME = "HAND-INS.txt"
#: Of the last hand-ins, the newest first.
_LINES = 50


def begin(student: StudentFolder) -> None:
    """There is a text from the first day on, but on a full disk: whoever sees it knows where to look later."""
    with suppress(OSError):
        if not _file(student).exists():
            _write(student, [])


def note(student: StudentFolder, time: str, lab: str, outcome: str) -> None:
    """Add what became of a hand-in. Where it can't be noted, on a full disk, it isn't: the hand-in goes first."""
    with suppress(OSError):
        known = [line for line in _read(student) if line[:1].isdigit()]
        _write(student, [f"{time}  {lab}: {outcome}", *known][:_LINES])


def _file(student: StudentFolder) -> Path:
    return student.feedback / NAME


def _read(student: StudentFolder) -> list[str]:
    file = _file(student)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _write(student: StudentFolder, lines: list[str]) -> None:
    head = _("Your hand-ins, as they arrived. What is not listed as handed in, your teacher does not have.")
    with atomic(_file(student)) as draft:
        draft.write_text("\n".join([head, "", *lines, ""]), encoding="utf-8")
        draft.chmod(0o644)
