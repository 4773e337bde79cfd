"""Questions to a daemon that have no answer, by whose trouble it is."""

from __future__ import annotations

import re


class OneLine(Exception):
    """Shown by IPython as its message only: a traceback helps nobody who did not write these checks."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own rendering by this name (IPython.core.interactiveshell).
        return [f"{type(self).__name__}: {self}"]


class NoAnswer(OneLine):
    """A question of ours to the daemon has no answer; ``str()`` says why."""


class Unavailable(NoAnswer):
    """The daemon can't tell us: away, too slow, or too old; ``str()`` says it. ``lost``: asking on is useless."""

    def __init__(self, message: str, *, lost: bool = False) -> None:
        super().__init__(message)
        self.lost = lost


class Refused(NoAnswer):
    """The daemon answered a request of ours with an error."""

    def __init__(self, status: int, explanation: str) -> None:
        super().__init__(explanation)
        self.status = status
        self.explanation = explanation

    @property
    def lacks_container(self) -> bool:
        """Whether there is no such container; Podman: "no container with name or ID … found: no such container"."""
        said = r"no such container\b|no container with .*: no such container$"
        return re.match(said, self.explanation, re.IGNORECASE) is not None


class Obstructed(NoAnswer):
    """Something of the student's is in the way of the answer; ``str()`` says what. The expectation has failed.

    ``command`` and ``look`` replace the expectation's own where they tell more; ``because`` as a finding's.
    """

    def __init__(self, message: str, *, command: str = "", look: str = "", because: str = "") -> None:
        super().__init__(message)
        self.command = command
        self.look = look
        self.because = because
