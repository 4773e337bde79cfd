"""Ctrl-C for a proof whose cases run in threads: their daemons end, and no new one starts."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.author.trial import EngineMaker
from grader.engines.protocol import Engine, EngineError
from grader.i18n import _


class StoppableEngines:
    """An EngineMaker of engines that all end when the block of ``until_interrupted`` is left by an exception."""

    def __init__(self, make: EngineMaker) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._stopped = False
        self._made: weakref.WeakSet[Engine] = weakref.WeakSet()

    def __call__(self, shares: Sequence[Path]) -> Engine:
        """Raises EngineError once the proof is interrupted."""
        with self._lock:
            if self._stopped:
                raise EngineError(_("The proof was interrupted."), "drydock author check")
            engine = self._make(shares)
            self._made.add(engine)
            return engine

    @contextmanager
    def until_interrupted(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with self._lock:
                self._stopped = True
            # A case whose daemon and kernel are gone ends by itself, and clears up as always.
            for engine in list(self._made):
                if engine.is_alive():
                    engine.discard()
            raise
