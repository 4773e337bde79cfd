"""The stages of a course: parts of it that end with a certificate. ``course.toml`` names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.course.lab_cards import LabCard


@dataclass(frozen=True)
class Stage:
    """``first`` and ``last``: the numbers of its labs, as they stand in the labs' names ("00", "05")."""

    title: str
    first: str
    last: str

    @property
    def name(self) -> str:
        """As one types it."""
        return self.title.casefold().replace(" ", "-")

    def holds(self, number: str) -> bool:
        return self.first <= number <= self.last


def by_stage(cards: Sequence[LabCard], stages: Sequence[Stage]) -> Iterator[tuple[Stage | None, list[LabCard]]]:
    """The labs of each stage that has some, then those of none; in a course without stages all labs at once."""
    for stage in stages:
        if held := [card for card in cards if stage.holds(card.number)]:
            yield stage, held
    if rest := [card for card in cards if not any(stage.holds(card.number) for stage in stages)]:
        yield None, rest
