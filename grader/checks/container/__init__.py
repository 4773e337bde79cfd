"""Expectations about a container, one module per reason to look."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress

from grader.checks.container.cpu_time import CpuTime
from grader.checks.container.crash import Crash
from grader.checks.container.effects import Effects
from grader.checks.container.health import Health
from grader.checks.container.life import Life
from grader.checks.container.logs import Logs, Visits
from grader.checks.container.memory import Memory
from grader.checks.container.programs import Programs
from grader.checks.container.security import Security
from grader.checks.container.serving import Serving
from grader.docker_api.daemon import Attrs


class Container(Life, Health, Crash, Memory, CpuTime, Visits, Effects, Security, Logs, Serving, Programs):
    """``t.container("web")``: everything a task can expect of one container."""


class FoundContainer(Container):
    """A container that is known by its labels: the daemon is asked for its name."""

    _asked: bool = False

    @abstractmethod
    def _search(self) -> str:
        """Its name, or "" where there is none."""

    def _find(self) -> None:
        self.name = self._search() or self.name
        self._asked = True

    def _find_at_once(self) -> None:
        """For the sentences that have its name. Where there is no answer, the first expectation asks again."""
        with suppress(Exception):
            self._find()

    def _fetch(self) -> Attrs | None:
        if not self._asked:
            self._find()
        return super()._fetch()


__all__ = ["Container", "FoundContainer"]
