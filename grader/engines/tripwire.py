"""An engine whose root makes itself the loader of everybody's programs ends at once.

Since Linux 6.7 each user namespace has a binfmt_misc of its own (the kernel's admin-guide/binfmt-misc): what a
privileged container writes there is what the kernel then starts for dockerd, in runc's place. Nothing forbids it, but
the file that it must open is one for the whole namespace, so that a watch on it (inotify(7)) hears of it from outside.
Standard library only.
"""

from __future__ import annotations

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)
_IN_MODIFY, _IN_OPEN = 0x2, 0x20
#: Where inner.sh mounts it, out of everybody's sight.
_REGISTER = "private/binfmt/register"


def watch(first: int) -> int | None:
    """A descriptor that can be read when somebody in the engine with this process 1 touches it; None without one."""
    place = f"/proc/{first}/root/{_REGISTER}".encode()
    watcher: int = _LIBC.inotify_init1(os.O_CLOEXEC)
    if watcher >= 0 and _LIBC.inotify_add_watch(watcher, place, _IN_MODIFY | _IN_OPEN) >= 0:
        return watcher
    if watcher >= 0:
        os.close(watcher)
    return None
