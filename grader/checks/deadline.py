"""A point in time by which a check must be over."""

from __future__ import annotations

import time


class Deadline:
    """Counts from its creation; ``seconds`` is the whole time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def is_over(self) -> bool:
        return self.remaining() <= 0
