"""Wrong and alternative right answers: small files beside a solution, each a whole answer cell.

``solutions/NN-name/answers/<task>/wrong-<slug>.sh`` and its kin. A wrong one starts with ``# expect: TEXT``,
the text that the failure report must contain, so that a check fails for the reason the author meant. The student must
read it live, too, not learn of it by the grade; ``# expect hidden: TEXT`` says that only a hidden test is to see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.course.labs import CourseError, Lab
from grader.i18n import _

FOLDER = "answers"
EXPECT = "# expect:"
EXPECT_HIDDEN = "# expect hidden:"
SUFFIXES = (".sh", ".py", ".ipynbcell")


@dataclass(frozen=True)
class Answer:
    """An answer that some student might give."""

    task: str
    path: Path
    right: bool
    #: Text that the failure report must contain; empty for a right answer.
    expect: str
    #: The answer cell's whole source.
    source: str
    #: Whether only the hidden tests are to see that it is wrong.
    hidden: bool = False

    @property
    def name(self) -> str:
        return self.path.stem


def read_answer(path: Path) -> Answer:
    """Read one answer file; the folder it lies in names its task. Raises CourseError for one that is no UTF-8."""
    try:
        first, _newline, rest = path.read_text(encoding="utf-8").partition("\n")
    except UnicodeDecodeError as error:
        why = _("{path} can't be read: {reason}").format(path=path, reason=error)
        raise CourseError(why, _("Save it as UTF-8.")) from None
    mark = next((mark for mark in (EXPECT, EXPECT_HIDDEN) if first.startswith(mark)), None)
    expect = first.removeprefix(mark).strip() if mark else ""
    body = rest if mark else f"{first}\n{rest}"
    if path.suffix == ".sh":
        # A shebang would be a comment in a cell; %%bash has to be the first line.
        body = f"%%bash\n{body.removeprefix('#!/bin/bash').lstrip()}"
    return Answer(path.parent.name, path, path.name.startswith("right-"), expect, body, mark == EXPECT_HIDDEN)


def answer_files(folder: Path) -> list[Path]:
    """Every file below the ``answers/`` of the lab in ``folder``, well named or not, in a stable order."""
    return sorted(path for path in (folder / FOLDER).glob("*/*") if path.is_file())


def well_named(path: Path) -> bool:
    return path.suffix in SUFFIXES and path.name.startswith(("wrong-", "right-"))


def answers_of(lab: Lab) -> list[Answer]:
    """All well-named answers of a lab whose task exists."""
    known = {task.id for task in lab.tasks}
    return [read_answer(path) for path in answer_files(lab.folder) if well_named(path) and path.parent.name in known]
