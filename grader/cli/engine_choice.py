"""Which engine a command uses: the best one here, or the one asked for by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.author.trial import EngineMaker
from grader.engines import best_engine, engine_named
from grader.engines.protocol import Engine


def maker(kind: str | None) -> EngineMaker:
    """A function that makes engines which aren't started yet; it raises EngineError if none works."""

    def make(shares: Sequence[Path]) -> Engine:
        return engine_named(kind, shares=shares) if kind else best_engine(shares=shares)

    return make
