"""What a card of the deck is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Card:
    """A sentence, what a Docker as it is says of it, and a world where the opposite holds.

    ``bend``: rules of that world, each a route such as ``POST /containers/create`` (a regular expression of method and
    path, without the version) and Python that changes ``body``, ``host`` (its HostConfig), ``query`` or ``path``, asks
    the daemon itself by ``sh("…")``, or answers by ``reply(status, …)`` (world.py). It may wait until ``late``, by
    ``time.monotonic()``. ``options``: what its daemon.json says.
    """

    name: str
    sentence: str
    holds: bool
    #: What the daemon says, in a sentence.
    said: str
    source: str
    bend: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
