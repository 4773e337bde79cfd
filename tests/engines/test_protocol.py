"""What an engine promises by how it is written."""

from __future__ import annotations

from collections.abc import Sequence

from grader.engines.dind import DindEngine
from grader.engines.host import HostEngine
from grader.engines.native import NativeEngine
from grader.engines.rootless import RootlessEngine


class _Walled(HostEngine):
    """As docs/extending.md tells its author: ``confine`` if it has walls."""

    def confine(self, argv: Sequence[str]) -> list[str]:
        return ["behind-walls", *argv]


def test_who_can_confine_offers_walls_and_nobody_else() -> None:
    """Otherwise students whom an instructor trusts would run outside of walls that are there."""
    assert [kind.offers_walls() for kind in (_Walled, NativeEngine, RootlessEngine)] == [True] * 3
    assert [kind.offers_walls() for kind in (HostEngine, DindEngine)] == [False] * 2
