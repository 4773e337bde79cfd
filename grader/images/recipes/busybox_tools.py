"""busybox's tools as links to the one program."""

from __future__ import annotations

import os
import subprocess

from grader.images.tree import FileTree

# Programs that manage a whole machine or a Debian system; in a container they only mislead.
_UNWANTED = frozenset(
    ["busybox", "dpkg", "dpkg-deb", "init", "linuxrc", "run-init", "switch_root", "svc", "svok", "rpm", "rpm2cpio"]
)


def install(tree: FileTree, binary: bytes) -> None:
    """Put busybox into ``tree`` with a link for each of its tools that isn't there already."""
    tree.file("bin/busybox", binary, 0o755)
    for applet in _applets(binary):
        if applet not in _UNWANTED and f"bin/{applet}" not in tree and f"sbin/{applet}" not in tree:
            tree.link(f"bin/{applet}", "busybox")


def _applets(binary: bytes) -> list[str]:
    # Asked from the program itself, as only it knows how it was configured. It runs from memory: no file to leave
    # behind, and a cache on a file system mounted noexec does no harm.
    descriptor = os.memfd_create("busybox", 0)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(binary)
        command = subprocess.run(
            ["busybox", "--list"],
            executable=f"/proc/self/fd/{descriptor}",
            pass_fds=(descriptor,),
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        os.close(descriptor)
    return sorted(command.stdout.split())
