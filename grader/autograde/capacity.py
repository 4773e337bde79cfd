"""How many submissions are graded at once: as many as this machine has idle processors and free memory for.

Half of a submission's time is waiting (for a daemon, for a health check), so that one a processor leaves it idle.
"""

from __future__ import annotations

import time

from grader.processes import machine_memory, processor_ticks, processors

#: Bytes that a submission of the course's labs takes at most, kernel, daemon, containers and checker together.
MEMORY = 1024**3
#: Share of all processors' time that must have been idle before one more begins: about half a processor of two.
IDLE = 0.25
#: Seconds between two looks; a shorter time tells nothing.
_APART = 1.0


class Capacity:
    """Watches the machine while submissions are graded. Linux's /proc; elsewhere one submission a processor."""

    def __init__(self) -> None:
        self.processors = processors()
        self._looked = (time.monotonic(), *processor_ticks())

    @property
    def most(self) -> int:
        """Submissions at once, however idle the machine is."""
        return 2 * self.processors

    def admits(self, running: int) -> bool:
        """Whether one more may begin beside those ``running``. The first always may."""
        if running == 0:
            return True
        if machine_memory().get("MemAvailable", MEMORY) < MEMORY:
            return False
        if running < self.processors:
            return True
        return running < self.most and self._idle() >= IDLE

    def _idle(self) -> float:
        """The idle share since the last look, between 0 and 1; 0 when that was a moment ago."""
        now = (time.monotonic(), *processor_ticks())
        (since, idle, every), (at, idle_now, every_now) = self._looked, now
        if at - since < _APART or every_now <= every:
            return 0.0
        self._looked = now
        return (idle_now - idle) / (every_now - every)
