"""Which files make the engine's programs opaque: the loaders that the kernel starts dynamically linked programs with.

A process is closed to ptrace(2) and all that asks the same question (/proc/PID/mem, fd, root and ns, pidfd_getfd,
process_vm_writev, setns by pidfd) when it could not read a file that it was started from: its program, or its
program's loader. The caller then needs CAP_SYS_PTRACE in a user namespace in which that file's owner has an id
(execve(2), ptrace(2) "access mode checking", and would_dump() in the kernel's fs/exec.c). So one small file, with an
owner whom nobody inside has, closes dockerd, containerd, shims and what they start, but for runc (quick/runc).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from grader.engines.releases import Release
from grader.i18n import _

#: What lives as long as the engine or a container. runc copies itself from its own file, which it must be able to read.
_LASTING = ("sh", "dockerd", "containerd", "containerd-shim-runc-v2", "docker-proxy")
_PT_INTERP = 3


def opaque_files(programs: Iterable[str] = _LASTING, release: Release | None = None) -> list[str]:
    """The loaders of these programs, and those that have none; real paths, all below /usr, as they are inside."""
    release = release or Release()
    found = [Path(place).resolve() for name in programs if (place := release.which(name))]
    files = {(loader_of(program) or release.seen_inside(program)).resolve() for program in found}
    return sorted(str(file) for file in files if file.is_relative_to("/usr"))


def loader_of(program: Path) -> Path | None:
    """The program's loader, as elf(5) has it; None for one without."""
    with program.open("rb") as file:
        head = file.read(64)
        if head[:5] != b"\x7fELF\x02":
            return None
        (table,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        for number in range(count):
            file.seek(table + number * size)
            kind, _flags, offset, _address, _physical, length = struct.unpack("<IIQQQQ", file.read(40))
            if kind == _PT_INTERP:
                file.seek(offset)
                return Path(file.read(length).rstrip(b"\0").decode())
    return None


# -- An engine whose root makes itself the loader of everybody's programs ends at once.
#
# Since Linux 6.7 each user namespace has a binfmt_misc of its own (the kernel's admin-guide/binfmt-misc): what a
# privileged container writes there is what the kernel then starts for dockerd, in runc's place. Nothing forbids it,
# but the file that it must open is one for the whole namespace, so that a watch on it (inotify(7)) hears of it from
# outside. Standard library only.

_LIBC = ctypes.CDLL(None, use_errno=True)
_IN_MODIFY, _IN_OPEN = 0x2, 0x20
_USED_UP = (errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.ENOMEM)
#: Where inner.sh mounts it, out of everybody's sight.
_REGISTER = "private/binfmt/register"


def watch(first: int) -> int | None:
    """A descriptor that can be read when somebody in the engine with this process 1 touches it; None where no one can.

    Raises RuntimeError where the kernel has no watch left (inotify's are counted): without one there is no wall.
    """
    place = Path(f"/proc/{first}/root/{_REGISTER}")
    if not place.exists():
        return None  # before Linux 6.7
    watcher: int = _LIBC.inotify_init1(os.O_CLOEXEC)
    if watcher >= 0 and _LIBC.inotify_add_watch(watcher, bytes(place), _IN_MODIFY | _IN_OPEN) >= 0:
        return watcher
    number = ctypes.get_errno()
    if watcher >= 0:
        os.close(watcher)
    if number in _USED_UP:
        why = _("Programs on this machine watch so many files that the engine can't be watched ({why}): {setting}")
        raise RuntimeError(why.format(why=os.strerror(number), setting="sysctl fs.inotify.max_user_instances"))
    return None
