"""The vocabulary of expectations about a Docker daemon, and what comes of them.

A check reads like a teacher's sentence and fails like a teacher's explanation; docs/checks.md lists all
of it. docker-py is imported when the first question is asked, so importing this package is cheap.
"""

from __future__ import annotations

from grader.checks.errors import AuthorError, CheckFailed, CouldNotCheck
from grader.checks.task import Checks, Task
from grader.report.verdicts import Status, TaskReport, Verdict

__all__ = [
    "AuthorError",
    "CheckFailed",
    "Checks",
    "CouldNotCheck",
    "Status",
    "Task",
    "TaskReport",
    "Verdict",
]
