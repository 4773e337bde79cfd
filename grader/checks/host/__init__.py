"""Docker hosts and Podman in containers, asked through the engine."""

from __future__ import annotations

from grader.checks.host.podman import Pod, Podman
from grader.checks.host.subject import Host

__all__ = ["Host", "Pod", "Podman"]
