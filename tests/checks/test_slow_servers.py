"""Whose trouble it is that a check's time went by at a server of the student's. No daemon."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from grader.checks.expectation import Attrs, Claim, Context, Finding, Subject, expectation
from grader.docker_api import blame
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Unavailable


class OverThere(Subject):
    """What takes long to look at."""

    kind = "thing"

    def __init__(self, context: Context, looks: Callable[[], Finding]) -> None:
        super().__init__(context, "it")
        self._looks = looks

    @property
    def what(self) -> str:
        return "It"

    def _fetch(self) -> Attrs:
        return {}

    @expectation
    def is_good(self) -> Claim:
        """It is good."""
        return Claim("It is good", "good", lambda _attrs: self._looks(), "true", "")


class AtTheStudents(OverThere):
    """The same, at a server of a student's."""

    hears_students = True


@pytest.mark.parametrize(
    ("kind", "prompt", "whose"),
    [
        (OverThere, True, Unavailable),
        (AtTheStudents, True, Obstructed),
        # The machine is slow, too.
        (AtTheStudents, False, Unavailable),
    ],
)
@pytest.mark.parametrize("looks", [(40, 20), (20, 20, 20), (60,)])
def test_time_that_a_students_server_took_is_theirs(
    monkeypatch: pytest.MonkeyPatch,
    kind: type[OverThere],
    prompt: bool,
    whose: type[Exception],
    looks: tuple[float, ...],
) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(blame, "PROMPT_SECONDS", 2.0)
    monkeypatch.setattr(Daemon, "answers_promptly", lambda _daemon: prompt)
    deadline = Deadline(60)
    context = Context("job", Daemon(Connection("unix:///nobody"), deadline))

    def look(seconds: float) -> Finding:
        now[0] += seconds
        if deadline.is_over():
            raise KeyboardInterrupt
        return Finding(True)

    with suppress(KeyboardInterrupt):
        for seconds in looks:
            kind(context, lambda seconds=seconds: look(seconds)).is_good()  # type: ignore[misc]
    assert isinstance(blame.of_the_end(deadline), whose)


def test_whoever_asks_at_once_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control question costs time itself."""
    asked: list[bool] = []
    monkeypatch.setattr(Daemon, "answers_promptly", lambda _daemon: asked.append(True))
    context = Context("job", Daemon(Connection("unix:///nobody"), Deadline(60)))
    AtTheStudents(context, lambda: Finding(True)).is_good()
    assert not asked
