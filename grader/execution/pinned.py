"""A handle on a daemon's socket itself, not on its name."""

from __future__ import annotations

import os

from grader.engines.protocol import EngineError
from grader.i18n import _


class PinnedSocket:
    """Take it before any student code runs.

    A privileged container is root of its engine and may put another socket in the old one's place, with a daemon
    of its own behind it that answers as one likes; ``host`` still leads to the real one. Only this process and
    children that inherit ``descriptors`` can use it. Other kinds of addresses are passed through.
    """

    def __init__(self, host: str) -> None:
        """Raises EngineError when there is no socket: an engine that was killed lives for a moment longer than it."""
        self._plain = host
        self._handle: int | None = None
        if host.startswith("unix://"):
            try:
                self._handle = os.open(host.removeprefix("unix://"), os.O_PATH | os.O_NOFOLLOW)
            except FileNotFoundError as gone:
                raise EngineError(_("The engine's daemon has ended."), "drydock up") from gone

    @property
    def host(self) -> str:
        """A DOCKER_HOST value."""
        # Connecting to such a path reaches the very socket the handle was opened on: proc_pid_fd(5).
        return self._plain if self._handle is None else f"unix:///proc/self/fd/{self._handle}"

    @property
    def descriptors(self) -> tuple[int, ...]:
        return () if self._handle is None else (self._handle,)

    def close(self) -> None:
        """Safe to call twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
