"""Wrong and alternative right answers: small files beside a solution, each a whole answer cell.

``solutions/NN-name/answers/<task>/wrong-<slug>.sh`` and its kin. A wrong one starts with ``# expect: TEXT``,
the text that the failure report must contain, so that a check fails for the reason the author meant. The student must
read it live, too, not learn of it by the grade; ``# expect hidden: TEXT`` says that only a hidden test is to see it.
"""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.course.labs import CourseError, Lab
from grader.course.settings import settings
from grader.i18n import _

FOLDER = "answers"
EXPECT = "# expect:"
EXPECT_HIDDEN = "# expect hidden:"
SUFFIXES = (".sh", ".py", ".ipynbcell")
#: Beside the answers.
REASONS = "reasons.toml"
#: In a release, and so in a student's copy.
RELEASED = ".reasons.json"


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


# -- Why each wrong one is wrong, in a sentence for the student: ``solutions/NN-name/answers/reasons.toml``.
#
# A table for each task, in it a line for each wrong answer, by its file's name without ending:
#
#     [run-web]
#     "wrong-ends-at-once" = "The command ends at once, and its container with it."
#
# A release has them in a small file beside its notebook: task, expected text and reason. The answers themselves stay
# with the author, and so does what only a hidden test sees.


@dataclass(frozen=True)
class KnownWrong:
    """A wrong answer that somebody gave: what the task's report says of it (``expect``), and why it is wrong."""

    task: str
    expect: str
    reason: str


def read_reasons(folder: Path) -> dict[str, dict[str, str]]:
    """By task and answer, for the lab that is written in ``folder``; nothing where it has no such file.

    Raises CourseError for a file that is no such list.
    """
    remedy = _('It has a table for each task, and in it lines like "wrong-NAME" = "Why it is wrong."')
    return read_tables(folder / FOLDER / REASONS, remedy)


def read_tables(path: Path, remedy: str) -> dict[str, dict[str, str]]:
    """What an author says why, in a table for each task; nothing without such a file. Raises CourseError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CourseError(_("{path} can't be read: {reason}").format(path=path, reason=error), remedy) from None
    for task, table in content.items():
        if not isinstance(table, dict) or not all(isinstance(why, str) and why.strip() for why in table.values()):
            raise CourseError(_("{path} does not say why in {task}.").format(path=path, task=task), remedy)
    return content


def written_in(folder: Path, *, hidden: bool) -> tuple[KnownWrong, ...]:
    """What the author of the lab in ``folder`` knows, in the file's order. ``hidden``: also of hidden tests.

    A line without its answer is passed over. Raises CourseError.
    """
    read = map(read_answer, filter(well_named, answer_files(folder)))
    answers = {(answer.task, answer.name): answer for answer in read}
    return tuple(
        KnownWrong(task, answer.expect, reason.strip())
        for task, table in read_reasons(folder).items()
        for name, reason in table.items()
        if (answer := answers.get((task, name))) and answer.expect and (hidden or not answer.hidden)
    )


def as_released(known: tuple[KnownWrong, ...]) -> bytes:
    """The file ``RELEASED``."""
    return (json.dumps([asdict(one) for one in known], indent=1, ensure_ascii=False) + "\n").encode()


def released_in(folder: Path) -> tuple[KnownWrong, ...]:
    """What a released lab, or a student's copy of one, tells; nothing where the file is missing or damaged."""
    try:
        content: Any = json.loads((folder / RELEASED).read_text(encoding="utf-8"))
        return tuple(KnownWrong(str(one["task"]), str(one["expect"]), str(one["reason"])) for one in content)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        # A student can write to it.
        return ()


def known_wrong(released: Path, written: Path | None = None) -> tuple[KnownWrong, ...]:
    """What reports of a lab may tell: nothing where its course doesn't want it. ``written``: where its author's own
    folder may be, for reports that come after the work."""
    # A report must be shown, and a submission graded, whatever is wrong with these files.
    with suppress(CourseError, OSError, ValueError):
        if settings(released).why_wrong:
            return (written_in(written, hidden=True) if written else ()) or released_in(released)
    return ()
