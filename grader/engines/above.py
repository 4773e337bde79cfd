"""The user namespace around an engine's, made in the name of a user that is nobody else's.

    python -I -S above.py --map-users=0:FIRST:COUNT --map-groups=0:FIRST:COUNT COMMAND [ARGUMENT...]

As ``unshare --user … --setuid 0 --setgid 0``, but for who is the namespace's owner. What the kernel counts in a user
namespace (inotify instances, namespaces) it counts for the owner, too (“ucounts”): one container that takes all there
is would leave none to the machine's root, nor to the engines beside it. Standard library only, and all of it imported
at once: at the end the machine's files are out of reach.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import warnings  # noqa: F401  os.execvp would import it

_LIBC = ctypes.CDLL(None, use_errno=True)
#: linux/capability.h: the third version, two words of bits.
_CAPABILITIES = 0x20080522
#: How many namespaces of each kind one engine may have: a container has six. The kernel counts along the user
#: namespaces (namespaces(7), /proc/sys/user), so that nobody inside can raise it; the machine's own limit is for all.
_NAMESPACES = 4000
#: Above all ids that users, their subordinate ids and systemd's containers have (its page UIDS-GIDS); a process's
#: number is added, so that no two engines that live at the same time have the same.
_FIRST_OWNER = 0x70000000


def main(users: str, groups: str, *command: str) -> None:
    maps = {"uid_map": users, "gid_map": groups}
    own = os.getpid()
    made, told = os.pipe()
    mapper = os.fork()
    if not mapper:
        os.close(told)
        # Nothing comes from one that ended before.
        if os.read(made, 1):
            for name, option in maps.items():
                with open(f"/proc/{own}/{name}", "w") as file:  # noqa: PTH123 - pathlib would take its time
                    file.write(option.partition("=")[2].replace(":", " "))
        os._exit(0)
    try:
        os.setresuid(-1, _FIRST_OWNER + own, -1)
    except OSError as error:
        # In a container's user namespace there are only so many ids. Then root is the owner.
        sys.stderr.write(f"above.py: {error}\n")
    else:
        _take_back_capabilities()
    os.unshare(os.CLONE_NEWUSER)
    os.write(told, b".")
    if os.waitpid(mapper, 0)[1]:
        sys.exit("the ids of the user namespace can't be mapped")
    os.close(made)
    os.close(told)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    _limit_namespaces()
    # Python ignores these; what it becomes must not inherit that, nor the locale that it gives itself.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.environ.pop("LC_CTYPE", None)
    os.execvp(command[0], command)


def _limit_namespaces() -> None:
    for kind in ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts"):
        # In a container /proc/sys may be read-only.
        try:
            with open(f"/proc/sys/user/max_{kind}_namespaces", "w") as file:  # noqa: PTH123 - as above
                file.write(str(_NAMESPACES))
        except OSError as error:
            sys.stderr.write(f"above.py: {error}\n")


def _take_back_capabilities() -> None:
    """Those that are permitted still: a change of the effective user id takes them away."""
    head = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    # Twice effective, permitted, inheritable.
    data = (ctypes.c_uint32 * 6)()
    if _LIBC.capget(head, data):
        raise OSError(ctypes.get_errno(), "capget")
    for word in (0, 3):
        data[word] = data[word + 1]
    if _LIBC.capset(head, data):
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main(*sys.argv[1:])
