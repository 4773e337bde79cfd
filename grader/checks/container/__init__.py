"""Expectations about a container, one module per reason to look."""

from __future__ import annotations

from grader.checks.container.cpu_time import CpuTime
from grader.checks.container.crash import Crash
from grader.checks.container.effects import Effects
from grader.checks.container.inside import Inside
from grader.checks.container.life import Life
from grader.checks.container.logs import Logs, Visits
from grader.checks.container.memory import Memory
from grader.checks.container.security import Security


class Container(Life, Crash, Memory, CpuTime, Visits, Effects, Security, Logs, Inside):
    """``t.container("web")``: everything a task can expect of one container."""


__all__ = ["Container"]
