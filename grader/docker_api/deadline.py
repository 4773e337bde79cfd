"""A point in time by which a check must be over."""

from __future__ import annotations

import time

#: Seconds that the check of one task may take (``check.task`` may ask for ``longer``): live, in the proof and graded.
CHECK_SECONDS = 60.0


class Deadline:
    """Counts from its creation; ``seconds`` is the whole time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._in_vain = 0.0

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def is_over(self) -> bool:
        return self.remaining() <= 0

    def spend_in_vain(self, seconds: float) -> None:
        """Note time that went to an expectation which failed, to computing over what is very large, or to a server of
        the student's."""
        self._in_vain += seconds

    def mostly_spent_in_vain(self) -> bool:
        """Whether what was noted is the larger part of the time: then it is to blame for its end."""
        return 2 * self._in_vain >= self.seconds
