"""Docker hosts in containers, asked through the engine."""

from __future__ import annotations

from grader.checks.host.subject import Host

__all__ = ["Host"]
