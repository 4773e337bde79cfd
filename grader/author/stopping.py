"""Ctrl-C for a proof whose cases run in threads: their daemons end, and no new one starts."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.sandbox.bounds import Bounds
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.sandbox import Sandbox


class StoppableSandboxes:
    """Opens sandboxes that all end when the block of ``until_interrupted`` is left by an exception."""

    def __init__(self, kind: str, fork_server: ForkServer) -> None:
        self._kind = kind
        self._fork_server = fork_server
        self._lock = threading.Lock()
        self._stopped = False
        self._made: weakref.WeakSet[Sandbox] = weakref.WeakSet()

    @contextmanager
    def opened(self) -> Iterator[Sandbox]:
        """A sandbox as a submission is graded in. Raises EngineError, also once the proof is interrupted."""
        with self._lock:
            if self._stopped:
                raise EngineError(_("The proof was interrupted."), "drydock author check")
            sandbox = Sandbox(Bounds(), self._kind, self._fork_server)
            self._made.add(sandbox)
        sandbox.open()
        try:
            yield sandbox
        finally:
            sandbox.close()

    @contextmanager
    def until_interrupted(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with self._lock:
                self._stopped = True
            # A case whose daemon and kernel are gone ends by itself, and clears up as always.
            for sandbox in list(self._made):
                sandbox.discard_engine()
            raise
