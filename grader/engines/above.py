"""The user namespace around an engine's, made in the name of a user that is nobody else's.

    python -I -S above.py --map-users=0:FIRST:COUNT --map-groups=0:FIRST:COUNT COMMAND [ARGUMENT...]

As ``unshare --user … --setuid 0 --setgid 0``, but for who is the namespace's owner. What the kernel counts in a user
namespace (inotify instances, namespaces) it counts for the owner, too (“ucounts”): one container that takes all there
is would leave none to the machine's root, nor to the engines beside it. Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
#: linux/capability.h: the third version, two words of bits.
_CAPABILITIES = 0x20080522


def main(users: str, groups: str, *command: str) -> None:
    _inside, first, count = (int(number) for number in users.partition("=")[2].split(":"))
    # An id beyond the engines' own, by this process's number: no two that live at the same time have the same.
    owner = first + count + os.getpid() % count
    maps = {"uid_map": users, "gid_map": groups}
    made, told = os.pipe()
    mapper = os.fork()
    if not mapper:
        os.close(told)
        os.read(made, 1)
        for name, option in maps.items():
            with open(f"/proc/{os.getppid()}/{name}", "w") as file:  # noqa: PTH123 - pathlib would take its time
                file.write(option.partition("=")[2].replace(":", " "))
        os._exit(0)
    os.setresuid(-1, owner, -1)
    _take_back_capabilities()
    os.unshare(os.CLONE_NEWUSER)
    os.close(told)
    if os.waitpid(mapper, 0)[1]:
        sys.exit("the ids of the user namespace can't be mapped")
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    os.execvp(command[0], command)


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
