"""What a card is, and the deck of the course's own: one function for each part of it, asked when a text is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A sentence, what a Docker as it is says of it, and a world where the opposite holds.

    ``bend``: rules of that world, each a route such as ``POST /containers/create`` (a regular expression of method and
    path, without the version) and Python that changes ``body``, ``host`` (its HostConfig), ``query`` or ``path``, asks
    the daemon itself by ``sh("…")``, or answers by ``reply(status, …)`` (world.py). ``options``: of its dockerd.
    ``setup``: shell that prepares both.
    """

    name: str
    sentence: str
    holds: bool
    #: What the daemon says, in a sentence.
    said: str
    source: str
    bend: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()
    setup: str = ""


def deck() -> Iterator[Card]:
    """All cards, in the order of the lab's suits."""
    from grader.checks.card import about_containers, about_data, about_images, about_reach

    for part in (about_containers, about_images, about_reach, about_data):
        yield from part.cards()
