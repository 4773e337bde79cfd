"""When to look again by oneself: a moment after the last event, never while a cell runs, and not again at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Seconds without a further event: `docker run` makes five.
QUIET = 1.0
#: Events that never end are looked at after so many seconds all the same: a container that crashes again and again.
LONGEST = 5.0
#: Seconds between two looks: looking takes at most one part in so many of the time. But a look that took long because
#: others use the machine is no reason to be late.
REST, LONGEST_REST = 3.0, 10.0
_SHARE = 10


class Debounce:
    """Told of events and cells by any thread; one thread waits. While there is nothing to look at it waits for good."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._news = threading.Condition()
        #: The first and the last event that nobody has looked at.
        self._first: float | None = None
        self._last = 0.0
        self._busy = False
        self._closed = False
        self._rested = 0.0
        #: How many cells have begun to run.
        self.cells = 0
        #: How often somebody woke up here: the measure of what it costs while nothing happens.
        self.turns = 0

    def event(self) -> None:
        """Something happened on the daemon."""
        with self._news:
            self._last = self._clock()
            self._first = self._last if self._first is None else self._first
            self._news.notify_all()

    def busy(self, runs: bool) -> None:
        """Whether a cell of the notebook runs: what it has half done is no state to judge."""
        with self._news:
            self._busy = runs
            self.cells += runs
            self._news.notify_all()

    @property
    def is_busy(self) -> bool:
        """Whether it is no time to look."""
        return self._busy or self._closed

    def close(self) -> None:
        with self._news:
            self._closed = True
            self._news.notify_all()

    def wait(self) -> bool:
        """Until it is time to look; False when it is closed."""
        with self._news:
            while not self._closed:
                self.turns += 1
                left = self.left()
                if left is not None and left <= 0:
                    self._first = None
                    return True
                self._news.wait(left)
            return False

    def left(self) -> float | None:
        """Seconds until it is time to look, as far as is known now; None: that is in nobody's hands but others'."""
        if self._first is None or self._busy:
            return None
        return max(min(self._last + QUIET, self._first + LONGEST), self._rested) - self._clock()

    def looked(self, seconds: float) -> None:
        """A look is over, and took so long."""
        with self._news:
            self._rested = self._clock() + min(max(REST, (_SHARE - 1) * seconds), LONGEST_REST)
