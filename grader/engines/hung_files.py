"""Ends what even SIGKILL does not: threads that wait for a file system of a container's own (FUSE) that never answers.

Where the program that should answer is the one that waits, nothing inside ends it any more; the kernel lets go of it
when the connection is aborted (the kernel's filesystems/fuse document, "Aborting a filesystem connection").
"""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

_CONNECTIONS = "/sys/fs/fuse/connections"
#: In a mount namespace of its own: where the machine has not mounted that folder, it stays as it is.
_ABORT = f"""
for number; do
    [ -e {_CONNECTIONS}/$number ] || mount -t fusectl none {_CONNECTIONS}
    echo 1 > {_CONNECTIONS}/$number/abort
done
"""


def release(groups: list[Path]) -> None:
    """Abort the file systems that threads in these control groups have mounted; those of the machine's own go on."""
    threads = {line for group in groups for file in _lists(group) for line in _words(file)}
    own = _mounted("self")
    found = {number for thread in threads for number in _mounted(thread)} - own
    if found:
        command = ["unshare", "--mount", "sh", "-c", _ABORT, "sh", *sorted(found)]
        subprocess.run(command, check=False, capture_output=True)


def _lists(group: Path) -> list[Path]:
    """A process whose first thread has ended is in no list of processes: cgroups(7) has these two for threads."""
    return [*group.rglob("tasks"), *group.rglob("cgroup.threads")]


def _words(file: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return file.read_text().split()
    return []


def _mounted(thread: str) -> set[str]:
    """Numbers of the FUSE connections in the thread's view of files (proc_pid_mountinfo(5))."""
    try:
        lines = Path(f"/proc/{thread}/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return set()
    found = (line.split(" - ") for line in lines)
    return {head.split()[2].removeprefix("0:") for head, tail in found if tail.split()[0].partition(".")[0] == "fuse"}
