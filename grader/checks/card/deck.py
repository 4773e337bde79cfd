"""The deck of the course's own: one module for each part of it, asked when a text is needed."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checks.card import about_containers, about_data, about_images, about_reach
from grader.checks.card.card import Card


def deck() -> Iterator[Card]:
    """All cards, in the order of the lab's suits."""
    for part in (about_containers, about_images, about_reach, about_data):
        yield from part.cards()
