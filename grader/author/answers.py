"""Wrong and alternative right answers: small files beside a solution, each a whole answer cell.

``solutions/NN-name/answers/<task>/wrong-<slug>.sh`` and its kin. A wrong one starts with ``# expect: TEXT``,
the text that the failure report must contain, so that a check fails for the reason the author meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.author.course import Lab

FOLDER = "answers"
EXPECT = "# expect:"
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

    @property
    def name(self) -> str:
        return self.path.stem


def read_answer(path: Path) -> Answer:
    """Read one answer file; the folder it lies in names its task."""
    first, _newline, rest = path.read_text(encoding="utf-8").partition("\n")
    expect = first.removeprefix(EXPECT).strip() if first.startswith(EXPECT) else ""
    body = rest if first.startswith(EXPECT) else f"{first}\n{rest}"
    if path.suffix == ".sh":
        # A shebang would be a comment in a cell; %%bash has to be the first line.
        body = f"%%bash\n{body.removeprefix('#!/bin/bash').lstrip()}"
    return Answer(path.parent.name, path, path.name.startswith("right-"), expect, body)


def answer_files(lab: Lab) -> list[Path]:
    """Every file below the lab's ``answers/``, well named or not, in a stable order."""
    return sorted(path for path in (lab.folder / FOLDER).glob("*/*") if path.is_file())


def well_named(path: Path) -> bool:
    return path.suffix in SUFFIXES and path.name.startswith(("wrong-", "right-"))


def answers_of(lab: Lab) -> list[Answer]:
    """All well-named answers of a lab whose task exists."""
    known = {task.id for task in lab.tasks}
    return [read_answer(path) for path in answer_files(lab) if well_named(path) and path.parent.name in known]
