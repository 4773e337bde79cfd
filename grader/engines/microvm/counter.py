"""How fast this machine's time-stamp counter runs: under emulation it is the guest's, and its clock goes by it.

A guest that boots on a busy machine measures the counter badly (once by a factor of eight: its clock ran eight times
too fast), so it is told. A guest restored on another machine than its template's has another counter than it knows.
"""

from __future__ import annotations

import ctypes
import mmap
import time
from dataclasses import dataclass

#: rdtsc; shl rdx, 32; or rax, rdx; ret
_READ = bytes.fromhex("0f31 48c1e220 4809d0 c3")
#: Parts of the frequency that two measurements may differ by.
_TOLERANCE = 0.001


@dataclass(frozen=True)
class Stamp:
    """The counter at a time (nanoseconds of the monotonic clock)."""

    nanoseconds: int
    ticks: int

    def kilohertz_until(self, later: Stamp) -> int:
        """The counter's frequency; a tenth of a second between the two is enough."""
        return round((later.ticks - self.ticks) * 1_000_000 / (later.nanoseconds - self.nanoseconds))


def stamp() -> Stamp | None:
    """The counter now; None where programs may not run what they wrote."""
    try:
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return None
    page.write(_READ)
    read = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    return min((_between(read) for _try in range(5)), key=lambda found: found[0])[1]


def _between(read: ctypes._CFunctionType) -> tuple[int, Stamp]:
    """A stamp, and how long it took: a process that has to wait in between reads the two at different times."""
    before = time.monotonic_ns()
    ticks = int(read())
    after = time.monotonic_ns()
    return after - before, Stamp((before + after) // 2, ticks)


def kilohertz() -> int | None:
    """The counter's frequency, in a tenth of a second."""
    first = stamp()
    time.sleep(0.1)
    second = stamp()
    return None if first is None or second is None else first.kilohertz_until(second)


def differ(one: int, other: int) -> bool:
    return abs(one - other) > _TOLERANCE * one
