"""What can go wrong while checking, by whose trouble it is."""

from __future__ import annotations

from grader.docker_api.errors import OneLine
from grader.report.render import short_line
from grader.report.verdicts import TaskReport


class AuthorError(OneLine):
    """The check cell itself is wrong (a bad argument); ``str()`` names the mistake."""


class OutOfTime(BaseException):
    """The check cell's time is over. No ``Exception``, so that a cell's own ``except`` can't swallow it."""


class _ReportError(OneLine):
    """Carries a report out of a check cell."""

    def __init__(self, report: TaskReport) -> None:
        super().__init__(short_line(report))
        self.report = report


class CheckFailed(_ReportError):
    """The task is not done yet, or waits for an earlier one. The message is one line, ``.report`` has all."""


class CouldNotCheck(_ReportError):
    """We could not find out whether the task is done."""
