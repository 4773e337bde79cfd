"""Expectations about a container, one module per reason to look."""

from __future__ import annotations

from grader.checks.container.configuration import Configuration
from grader.checks.container.life import Life
from grader.checks.container.networking import Networking
from grader.checks.container.output import Output
from grader.checks.container.storage import Storage


class Container(Life, Configuration, Storage, Networking, Output):
    """``t.container("web")``: everything a task can expect of one container."""


__all__ = ["Container"]
