"""busybox's tools as links to the one program."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess

from grader.i18n import _
from grader.images.errors import ImagesError
from grader.images.tree import FileTree

# Programs that manage a whole machine or a Debian system; in a container they only mislead.
_UNWANTED = frozenset(
    ["busybox", "dpkg", "dpkg-deb", "init", "linuxrc", "run-init", "switch_root", "svc", "svok", "rpm", "rpm2cpio"]
)


#: An ELF file's machine (elf.h, e_machine), by the kernel's name.
_MACHINES = {0x3E: "x86_64", 0xB7: "aarch64"}


def install(tree: FileTree, binary: bytes) -> None:
    """Put busybox into ``tree`` with a link for each of its tools that isn't there already."""
    tree.file("bin/busybox", binary, 0o755)
    for applet in _applets(binary):
        if applet not in _UNWANTED and f"bin/{applet}" not in tree and f"sbin/{applet}" not in tree:
            tree.link(f"bin/{applet}", "busybox")


def _applets(binary: bytes) -> list[str]:
    # Asked from the program itself, as only it knows how it was configured. It runs from memory: no file to leave
    # behind, and a cache on a file system mounted noexec does no harm.
    machine = _MACHINES.get(int.from_bytes(binary[18:20], "little"), platform.machine())
    emulator = None if machine == platform.machine() else shutil.which(f"qemu-{machine}")
    if emulator is None and machine != platform.machine():
        raise ImagesError(_("Programs for another kind of machine need qemu-user here."), "apt-get install qemu-user")
    descriptor = os.memfd_create("busybox", 0)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(binary)
        program = f"/proc/self/fd/{descriptor}"
        command = subprocess.run(
            [emulator, "-0", "busybox", program, "--list"] if emulator else ["busybox", "--list"],
            executable=emulator or program,
            pass_fds=(descriptor,),
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        os.close(descriptor)
    return sorted(command.stdout.split())
