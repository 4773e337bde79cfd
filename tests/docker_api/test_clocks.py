"""A daemon whose clock is another one: in a guest that has slept, on another machine. No daemon."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.events import past_events


class Elsewhere(Daemon):
    """A daemon whose clock goes so many seconds ahead of ours, unless another time is ``shown``. To tell it ``takes``
    seconds."""

    def __init__(self, ahead: float, shown: object = ..., *, takes: float = 0) -> None:
        client = SimpleNamespace(info=self._told)
        connection: Any = SimpleNamespace(pace=1.0, host="", client=lambda _timeout: client)
        super().__init__(connection, Deadline(60))
        self._by, self._shown, self._takes = timedelta(seconds=ahead), shown, takes
        #: What was asked of its events.
        self.asked: list[Mapping[str, Any]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self._by

    def _told(self) -> dict[str, object]:
        now = self.now().isoformat()
        time.sleep(self._takes)
        return {"SystemTime": now if self._shown is ... else self._shown}

    @contextmanager
    def stream(self, _path: str, params: Mapping[str, Any], **_how: Any) -> Iterator[Any]:
        self.asked.append(params)
        yield SimpleNamespace(iter_content=lambda _size: ())


@pytest.mark.parametrize("ahead", [-3600.0, -3.0, 0.0, 0.8, 3600.0])
def test_the_past_ends_when_it_is_asked_for_by_the_daemons_clock(ahead: float) -> None:
    """A moment sooner, or the daemon would wait for what comes."""
    daemon = Elsewhere(ahead)
    before = daemon.now().timestamp()
    past_events(daemon)
    assert before - 0.01 < float(daemon.asked[0]["until"]) < daemon.now().timestamp()


@pytest.mark.parametrize("shown", ["", "soon", None, "0001-01-01T00:00:00Z"])
def test_a_daemon_that_does_not_tell_the_time_has_ours(shown: object) -> None:
    assert Elsewhere(3600, shown).ahead() == 0


def test_an_answer_that_takes_long_makes_no_other_clock() -> None:
    assert Elsewhere(0, takes=0.05).ahead() == 0
