"""When a measurement of CPU time has told enough, where others take the CPUs: the counters of the kernel by turns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from grader.checks.container import cpu_time
from grader.checks.container.cpu_time import CpuTime, _Counters, _had_little, _is_told, _was_held_back

PERIOD, QUOTA = 0.1, 0.2


class Measured(CpuTime):
    """A container whose counters are these, one after the other; there is time for as many looks."""

    def __init__(self, turns: Iterable[tuple[int, int]]) -> None:
        """What each turn adds: periods, and those in which it had its whole quota. In the others it had half of it."""
        self.name = "sums"
        self._now = _Counters(0.0, 0, 0)
        self._turns = list(turns)

    @property
    def _daemon(self) -> Any:
        return self

    deadline = property(lambda self: self)

    def pace(self) -> float:
        return 1.0

    def remaining(self) -> float:
        return 60.0

    def waits_until(self, *_words: object) -> None:
        pass

    def is_over(self) -> bool:
        return not self._turns

    def _run(self, *_words: object) -> None:
        pass

    def _counters(self, container: str) -> _Counters:
        now = self._now
        if self._turns:
            periods, held = self._turns.pop(0)
            used = PERIOD * QUOTA * (held + (periods - held) / 2)
            self._now = _Counters(now.used + used, now.periods + periods, now.throttled + held)
        return now


def measured(monkeypatch: pytest.MonkeyPatch, turns: Iterable[tuple[int, int]]) -> _Counters:
    container = Measured(turns)
    monkeypatch.setattr(cpu_time, "Deadline", lambda _seconds: container)
    monkeypatch.setattr(cpu_time.time, "sleep", lambda _seconds: None)
    (had,) = container._measured(["sums"], enough=_was_held_back, in_vain=_had_little)
    return had


IDLE, BUSY = [(4, 4)], [(4, 1)]


def test_on_an_idle_machine_a_dozen_periods_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    had = measured(monkeypatch, IDLE * 100)
    assert (had.periods, had.throttled) == (12, 12)


def test_what_others_took_at_the_beginning_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where it was held back a dozen times: it had its quota in too few periods."""
    had = measured(monkeypatch, BUSY * 50 + IDLE * 50)
    assert had.throttled >= 12
    assert had.throttled >= 0.7 * had.periods
    assert had.periods < 60


def test_where_others_never_let_go_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few periods at the end would tell too little about a quota that is wrong."""
    had = measured(monkeypatch, BUSY * 100)
    assert had.periods > 350
    assert had.throttled == had.periods / 4


@pytest.mark.parametrize(
    ("had", "tells"),
    [(_Counters(1.0, 0, 0), True), (_Counters(0.9, 0, 0), False), (_Counters(2.0, 11, 11), False)],
    ids=["no quota", "too little", "a quota"],
)
def test_a_second_without_a_period_tells_that_there_is_no_quota(had: _Counters, tells: bool) -> None:
    assert _is_told([had]) is tells
