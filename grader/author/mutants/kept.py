"""Mutants that are right answers, as their author says: ``solutions/NN-name/answers/mutants.toml``.

A table for each task: a mutant's ID, or a change in the words of the report for all of the task's mutants that are
changed so, and why that is right. The table ``any`` holds for every task.

    [web]
    1d80c9ab = "both ports are free for the student to choose"
    "drop --rm" = "the container that stays behind is no part of the task"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.course.answers import read_tables
from grader.course.labs import CourseError, Lab
from grader.i18n import _

if TYPE_CHECKING:
    # The proof reads this list where the parser of shell that makes mutants may be missing.
    from grader.author.mutants.cells import Mutant

FILE = "mutants.toml"
_ANY = "any"


@dataclass(frozen=True)
class Kept:
    """By task, then by ID or words: why it is right."""

    reasons: dict[str, dict[str, str]]

    def reason(self, task: str, mutant: str, what: str) -> str:
        """Why the mutant with this ID is right; an empty text where nobody says so."""
        for table in (self.reasons.get(task, {}), self.reasons.get(_ANY, {})):
            for name in (mutant, what):
                if name in table:
                    return table[name]
        return ""

    def idle(self, mutants: Iterable[Mutant]) -> list[str]:
        """The lines that no mutant answers to any more, as ``task: name``."""
        known: set[tuple[str, str]] = set()
        for one in mutants:
            known |= {(task, name) for task in (one.task, _ANY) for name in (one.id, one.what)}
        return [
            f"{task}: {name}" for task, table in self.reasons.items() for name in table if (task, name) not in known
        ]


def read_kept(lab: Lab) -> Kept:
    """Raises CourseError for a file that is no such list."""
    path = lab.folder / "answers" / FILE
    remedy = _('It has a table for each task, and in it lines like 1a2b3c4d = "why it is right".')
    kept = read_tables(path, remedy)
    for task in kept:
        if task != _ANY and lab.task(task) is None:
            raise CourseError(_("{path} names a task {task} that is not there.").format(path=path, task=task), remedy)
    return Kept(kept)
