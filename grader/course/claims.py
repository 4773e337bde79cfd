"""The sentences that a lab has its students put to the test: what the text quotes under "Believe nothing, prove it"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.course.labs import Lab

_PIECES = re.compile(
    r"(?P<begin>(?:\*\*|#+ +)Believe nothing, prove it)"
    r"|^(?P<heading>##+) "  # One # is a lab's title, or a comment in some code.
    r"|\*“(?P<claim>[^”]+)”\*"
    r"|\*\*Task `(?P<task>[^`]+)`",
    re.MULTILINE,
)
#: The level of a section's heading.
_SECTION = 2


@dataclass(frozen=True)
class Claim:
    """A sentence as it is quoted, and the task that shows what is in it."""

    words: str
    task: str


def claims_of(lab: Lab) -> tuple[Claim, ...]:
    """In the notebook's order; a sentence after which no task comes is none that anybody has proved."""
    return tuple(_claims("\n\n".join(cell.source for cell in lab.cells if cell.cell_type == "markdown")))


def _claims(text: str) -> Iterator[Claim]:
    waiting: list[str] = []
    believing = False
    for piece in _PIECES.finditer(text):
        if piece["begin"]:
            waiting, believing = [], True
        elif piece["heading"]:
            # The task may stand under another heading of the same section; a quotation there is another matter.
            waiting, believing = [] if len(piece["heading"]) == _SECTION else waiting, False
        elif piece["claim"] and believing:
            waiting.append(" ".join(piece["claim"].split()))
        elif piece["task"]:
            yield from (Claim(words, piece["task"]) for words in waiting)
            waiting, believing = [], False
