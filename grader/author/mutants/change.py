"""One change of a text: what is done where. All of this package are pure functions from a text to its changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Operator(StrEnum):
    """What is done to a solution; the value is its word in reports. The most telling ones come first."""

    OPTION = "option dropped"
    COMMAND = "command left out"
    VALUE = "value changed"
    INSTRUCTION = "instruction dropped"
    LINE = "line dropped"
    IMAGE = "another image"
    VERB = "another command"
    SWAP = "two swapped"
    REPEAT = "command repeated"
    #: Last, as most of these run into the limit.
    FOREGROUND = "not in the background"


@dataclass(frozen=True)
class Change:
    """``text[start:end]`` becomes ``new``; ``what`` says it in a few words, without the place."""

    operator: Operator
    start: int
    end: int
    new: str
    what: str

    def made_in(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]

    def moved(self, by: int) -> Change:
        """The same change, of a text that stands ``by`` characters further on in another one."""
        return replace(self, start=self.start + by, end=self.end + by)


def swap(text: str, first: tuple[int, int], second: tuple[int, int], what: str) -> Change:
    """Two spans that don't overlap change places; what stands between them stays."""
    between = text[first[1] : second[0]]
    return Change(
        Operator.SWAP, first[0], second[1], text[slice(*second)] + between + text[slice(*first)], f"swap: {what}"
    )
