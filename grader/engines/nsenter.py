"""The one way into an engine's walls: for a process that is already running, and as a program for a command.

    python -I -S nsenter.py WALLS COMMAND [ARGUMENT...]

Standard library only, and all of it imported at once: inside, the machine's files are out of reach. As a program it
costs a command some 45 ms of which Python's start is half (nsenter, unshare, setpriv and sh in a row: 32 ms).
"""
# ruff: noqa: PTH102, PTH123  importing pathlib would take as long as all the rest

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import sys
import warnings  # noqa: F401  os.execvp would import it
from collections.abc import Sequence
from typing import NamedTuple

_LIBC = ctypes.CDLL(None, use_errno=True)
# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
# linux/mount.h
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
_MNT_DETACH = 2
# linux/keyctl.h, and the number of keyctl(2) by uname(2): glibc has no name for it.
_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219}
_JOIN_SESSION_KEYRING = 1
# linux/sched.h. Not os.CLONE_…, which macOS lacks: every engine's module imports this one.
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_INSIDE = _NEWUSER | _NEWNS | _NEWNET | _NEWUTS
_AMONG = _NEWPID | _NEWIPC
_APART = _AMONG | _NEWNS


def interpreter() -> str:
    """The program itself: in a virtual environment sys.executable may be a copy of it."""
    return str(getattr(sys, "_base_executable", sys.executable))


class Walls(NamedTuple):
    """An engine's walls, as a process outside finds its way in.

    ``pid`` is a process whose namespaces are the engine's; ``groups`` are the engine's control groups, as paths here;
    ``user`` is the student's user and group id inside; ``opaque`` are mounts in there that student code must not have
    over it (loaders.py); ``home`` is a folder inside for a tmpfs(5) with ``home_options``. Not ``apart`` is a process
    that lives among the engine's own and ends with them; it has no home.
    """

    pid: int
    groups: Sequence[str]
    user: int
    opaque: Sequence[str]
    home: str
    home_options: str
    apart: bool = True

    def command(self, argv: Sequence[str]) -> list[str]:
        """``argv`` wrapped to run inside as the student; its program is looked for there."""
        return [interpreter(), "-I", "-S", __file__, json.dumps(self), *argv]


def enter(walls: Walls, *, die_with_parent: bool) -> None:
    """Become root inside the engine, in a new process: as a rule process 1 of a process namespace of one's own.

    The calling process stays as its parent, waits for it and ends it when killed; ``die_with_parent`` makes it end,
    too, with the thread that started it. Returns in the new process. Raises OSError.
    """
    leave_keyrings()
    for group in walls.groups:
        own = f"{group}/student"
        # Not the group itself: an engine that has just ended has removed it, and nobody would do so again.
        try:  # noqa: SIM105  contextlib is not imported in here
            os.mkdir(own)
        except FileExistsError:
            pass
        with open(f"{own}/cgroup.procs", "w") as file:
            file.write(str(os.getpid()))
    _set_namespaces(walls.pid, _INSIDE if walls.apart else _INSIDE | _AMONG)
    _set_ids(0)
    if walls.apart:
        os.unshare(_APART)
        _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    child = os.fork()
    if child:
        if die_with_parent:
            _die_with_parent()
        _pid, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)  # as a shell has it
    _die_with_parent()
    if walls.apart:
        for place in walls.opaque:
            _unmount(place)
        _mount("none", "/proc", None, _MS_REC | _MS_PRIVATE)
        _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NOEXEC | _MS_NODEV)
        _mount("drydock-home", walls.home, "tmpfs", _MS_NOSUID | _MS_NODEV, walls.home_options)


def leave_keyrings() -> None:
    """Have an empty session keyring from now on, this thread and what it starts.

    That of whoever logged in is inherited through all namespaces, and who has it may read what is in it, whoever that
    is: session-keyring(7), keyrings(7). Raises OSError.
    """
    number = _KEYCTL.get(os.uname().machine)
    # (A Python of 32 bits has other numbers, whatever its kernel is.)
    if number is None or sys.maxsize < 2**32 or _LIBC.syscall(number, _JOIN_SESSION_KEYRING, None) >= 0:
        return
    # Of a kernel without keyrings, and where a container is not given them, nobody inside has them either.
    if ctypes.get_errno() not in (errno.ENOSYS, errno.EPERM):
        raise _error("keyctl (sysctl kernel.keys.maxkeys)")


def become(user: int) -> None:
    """Give up every privilege for good: capabilities, the way back to them, groups, and root's user id."""
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for capability in range(last + 1):
        _prctl(_PR_CAPBSET_DROP, capability)
    # Inheritable capabilities are none since the user namespace was entered, the others go with the user id:
    # capabilities(7), user_namespaces(7).
    _set_ids(user)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    # A change of ids makes root the owner of /proc/self, as after a setuid program; an execve(2) would set it back.
    _prctl(_PR_SET_DUMPABLE, 1)
    # Last, as a change of ids clears it: PR_SET_PDEATHSIG(2const).
    _die_with_parent()


def join_network(pid: int) -> None:
    """Enter the network namespace of a process; who is not root gets the right to in the user namespace it is of."""
    _set_namespaces(pid, _NEWNET if os.geteuid() == 0 else _NEWUSER | _NEWNET)


def _set_namespaces(pid: int, kinds: int) -> None:
    handle = os.pidfd_open(pid)
    try:
        os.setns(handle, kinds)
    finally:
        os.close(handle)


def _set_ids(number: int) -> None:
    os.setgroups([])
    os.setresgid(number, number, number)
    os.setresuid(number, number, number)


def _die_with_parent() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        raise _error("prctl")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    words = source.encode(), target.encode(), kind and kind.encode()
    if _LIBC.mount(*words, ctypes.c_ulong(flags), options.encode()):
        raise _error(f"mount {target}")


def _unmount(target: str) -> None:
    if _LIBC.umount2(target.encode(), _MNT_DETACH):
        raise _error(f"umount {target}")


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")


def main(walls: str, *argv: str) -> None:
    way = Walls(*json.loads(walls))
    # Python ignores these; what we start must not inherit that. And ^C is for the command.
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    try:
        enter(way, die_with_parent=False)
        become(way.user)
        os.execvp(argv[0], argv)
    except OSError as trouble:
        sys.exit(f"{argv[0]}: {trouble}")


if __name__ == "__main__":
    main(*sys.argv[1:])
