"""How many submissions are graded at once: as many as this machine has idle processors and free memory for.

Half of a submission's time is waiting (for a daemon, for a health check), so that one a processor leaves it idle.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

#: Bytes that a submission of the course's labs takes at most, kernel, daemon, containers and checker together.
MEMORY = 1024**3
#: Share of all processors' time that must have been idle before one more begins: about half a processor of two.
IDLE = 0.25
#: Seconds between two looks; a shorter time tells nothing.
_APART = 1.0


class Capacity:
    """Watches the machine while submissions are graded. Linux's /proc; elsewhere one submission a processor."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self.processors = len(os.sched_getaffinity(0))
        self._looked = (time.monotonic(), *self._times())

    @property
    def most(self) -> int:
        """Submissions at once, however idle the machine is."""
        return 2 * self.processors

    def admits(self, running: int) -> bool:
        """Whether one more may begin beside those ``running``. The first always may."""
        if running == 0:
            return True
        if self._free_memory() < MEMORY:
            return False
        if running < self.processors:
            return True
        return running < self.most and self._idle() >= IDLE

    def _idle(self) -> float:
        """The idle share since the last look, between 0 and 1; 0 when that was a moment ago."""
        now = (time.monotonic(), *self._times())
        (since, idle, every), (at, idle_now, every_now) = self._looked, now
        if at - since < _APART or every_now <= every:
            return 0.0
        self._looked = now
        return (idle_now - idle) / (every_now - every)

    def _times(self) -> tuple[int, int]:
        """Ticks that all processors were idle, and all ticks: proc_stat(5)."""
        try:
            fields = [int(field) for field in (self._proc / "stat").read_text().splitlines()[0].split()[1:]]
        except (OSError, ValueError, IndexError):
            return 0, 0
        # Guests' time is in the users' already.
        return sum(fields[3:5]), sum(fields[:8])

    def _free_memory(self) -> float:
        """Bytes: proc_meminfo(5)."""
        try:
            lines = (self._proc / "meminfo").read_text().splitlines()
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
        except (OSError, ValueError, StopIteration):
            return float("inf")
