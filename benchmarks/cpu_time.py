"""CPU seconds of all that a piece of work starts: daemons, containers and who is orphaned meanwhile included."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.engines import cgroups


@dataclass(frozen=True)
class CpuClock:
    """``seconds`` gives CPU seconds since some moment; only differences mean something.

    ``parent`` is what a dockerd started by hand must get as ``--cgroup-parent`` for its containers to be counted.
    """

    seconds: Callable[[], float]
    parent: str


def machine() -> float:
    """CPU seconds the whole machine has worked since boot: proc_stat(5)."""
    fields = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / os.sysconf("SC_CLK_TCK")


def own_group(controller: str) -> Path | None:
    """The control group that this process is in, of this controller's hierarchy; None where there is no v1 one."""
    return next((found.place for found in cgroups.hierarchies() if found.controllers == (controller,)), None)


@contextmanager
def counted(name: str) -> Iterator[CpuClock]:
    """A clock of what this process and all that it starts in here use, whoever else works on the machine.

    A control group counts, so nobody gets lost who was reparented or has ended. On cgroup v1 engines' groups lie below
    it. On v2 they lie elsewhere: the clock is the machine's then, which holds where nothing else runs. The kernel's own
    threads (writing to disks) are in none.
    """
    own = own_group("cpuacct")
    if own is None:
        try:
            yield CpuClock(machine, f"/{name}")
        finally:
            cgroups.remove(list(cgroups.ROOT.glob(name)))
        return
    group = own / name
    group.mkdir()
    usage = group / "cpuacct.usage"
    parent = str(group.relative_to(cgroups.ROOT / "cpuacct"))
    try:
        (group / "cgroup.procs").write_text(str(os.getpid()))
        yield CpuClock(lambda: int(usage.read_text()) / 1e9, f"/{parent}")
    finally:
        (own / "cgroup.procs").write_text(str(os.getpid()))
        # Containers were in groups of this name under each controller.
        cgroups.remove(list(cgroups.ROOT.glob(f"*/{parent}")))
