"""What can go wrong while checking, by whose trouble it is."""

from __future__ import annotations

from grader.checks.verdicts import TaskReport
from grader.checks.wording import short_line


class _OneLine(Exception):
    """Shown by IPython as its message only: a traceback helps nobody who did not write these checks."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own rendering by this name (IPython.core.interactiveshell).
        return [f"{type(self).__name__}: {self}"]


class AuthorError(_OneLine):
    """The check cell itself is wrong (a bad argument); ``str()`` names the mistake."""


class NoAnswer(_OneLine):
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


class Obstructed(NoAnswer):
    """Something of the student's is in the way of the answer; ``str()`` says what. The expectation has failed."""


class OutOfTime(BaseException):
    """The check cell's time is over. No ``Exception``, so that a cell's own ``except`` can't swallow it."""


class _ReportError(_OneLine):
    """Carries a report out of a check cell."""

    def __init__(self, report: TaskReport) -> None:
        super().__init__(short_line(report))
        self.report = report


class CheckFailed(_ReportError):
    """The task is not done yet, or waits for an earlier one. The message is one line, ``.report`` has all."""


class CouldNotCheck(_ReportError):
    """We could not find out whether the task is done."""
