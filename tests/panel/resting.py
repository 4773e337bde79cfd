"""Whether a thread rests: it sleeps until something happens, for good if nothing does."""

from __future__ import annotations

import platform
from pathlib import Path

#: System calls that wait, and where their argument says for how long: (x86_64, aarch64): (argument, "for good").
#: read, recvfrom and wait4 have none.
_WAITS = {
    (0, 63): None,
    (45, 207): None,
    (61, 260): None,
    (202, 98): (3, 0),
    (7, -1): (2, 0xFFFFFFFFFFFFFFFF),
    (271, 73): (2, 0),
    (23, -1): (4, 0),
    (270, 72): (4, 0),
    (232, -1): (3, 0xFFFFFFFF),
    (281, 22): (3, 0xFFFFFFFF),
}


def rests(thread: Path) -> bool:
    """Of its folder in /proc: a system call that ends by itself at no time (proc_pid_syscall(5))."""
    try:
        number, *words = (thread / "syscall").read_text().split()
    except (ProcessLookupError, FileNotFoundError):
        return True
    if number in ("running", "-1"):
        return False
    machine = ("x86_64", "aarch64").index(platform.machine())
    waits = next((how for numbers, how in _WAITS.items() if numbers[machine] == int(number)), False)
    if waits is False:
        return False
    return waits is None or int(words[waits[0]], 16) & 0xFFFFFFFF == waits[1] & 0xFFFFFFFF
