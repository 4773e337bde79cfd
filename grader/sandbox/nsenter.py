"""The way into an engine's walls for a process that is already running; what nsenter, unshare and setpriv do.

NamespaceEngine.confine says the same with those programs; a test compares the two, property by property.
"""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

from grader.engines import inside
from grader.engines.protocol import Walls

_LIBC = ctypes.CDLL(None, use_errno=True)
# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
# linux/mount.h
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
_MNT_DETACH = 2
_INSIDE = os.CLONE_NEWUSER | os.CLONE_NEWNS | os.CLONE_NEWNET | os.CLONE_NEWUTS
_APART = os.CLONE_NEWPID | os.CLONE_NEWIPC | os.CLONE_NEWNS


def enter(walls: Walls) -> None:
    """Become root inside the engine, as process 1 of a process namespace of one's own. Returns in the new process.

    The calling process stays as its parent, waits for it and ends it when killed. Raises OSError.
    """
    for group in walls.groups:
        own = Path(group, "student")
        own.mkdir(exist_ok=True)
        (own / "cgroup.procs").write_text(str(os.getpid()))
    _set_namespaces(walls.pid, _INSIDE)
    _set_ids(0)
    os.unshare(_APART)
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    child = os.fork()
    if child:
        _die_with_parent()
        _pid, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    for file in walls.opaque:
        _unmount(file)
    _mount("none", "/proc", None, _MS_REC | _MS_PRIVATE)
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NOEXEC | _MS_NODEV)
    _mount("drydock-home", inside.HOME, "tmpfs", _MS_NOSUID | _MS_NODEV, inside.home_options(walls.user))


def become(user: int) -> None:
    """Give up every privilege for good: capabilities, the way back to them, groups, and root's user id."""
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
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
    _set_namespaces(pid, os.CLONE_NEWNET if os.geteuid() == 0 else os.CLONE_NEWUSER | os.CLONE_NEWNET)


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
