"""A student's disk: a file system in a file, so that nobody fills the machine's.

Mounted while their server runs. What a container's root made in it has its ids (setuid programs among it), so it is
mounted without setuid and devices, in a folder of root's alone.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from grader.classroom.places import ClassError, StudentFolder
from grader.engines.folders import SYSTEM_PATH, EngineFolder
from grader.engines.native import NativeEngine
from grader.files import atomic
from grader.i18n import _

#: Kept back on each disk, and given up when it is full: a daemon needs some room to start, and only on a daemon that
#: runs can a student make room.
_SPARE_BYTES = 64 * 1024 * 1024
_STUDENT = 1000
_SMALLEST = 256 * 1024 * 1024


def attach(student: StudentFolder, size: int | None) -> None:
    """Mount the student's disk, made or grown to ``size`` bytes if need be; without a size it is a plain folder.

    Raises ClassError.
    """
    student.disk.mkdir(mode=0o711, exist_ok=True)
    if student.image.exists() or (size is not None and not any(student.disk.iterdir())):
        if not student.disk.is_mount():
            is_new = not student.image.exists()
            _make_or_grow(student, size or 0)
            try:
                _run(["mount", "-o", "loop,nosuid,nodev,noatime", str(student.image), str(student.disk)])
            except ClassError:
                if is_new:
                    # Nothing is in it, and as long as it is there it is mounted, whatever the limit is.
                    student.image.unlink()
                raise
        _spare(student.disk)
    student.docker_data.mkdir(mode=0o711, exist_ok=True)
    student.home.mkdir(mode=0o700, exist_ok=True)
    # Also where a kill came between the two. What is around it is root's, so it is what we made.
    os.chown(student.home, _STUDENT, _STUDENT, follow_symlinks=False)


def forget_docker(student: StudentFolder) -> None:
    """All that is in the student's Docker goes; it must not run. It begins anew with today's course images."""
    NativeEngine.remove_tree(student.docker_data)
    EngineFolder(student.engine).template_note.unlink(missing_ok=True)
    student.docker_data.mkdir(mode=0o711)


def detach(student: StudentFolder) -> None:
    """Unmount it. The last processes that use it may take a moment to go."""
    for wait in (0.05, 0.2, 0.5, 1.0, 0.0):
        if not student.disk.is_mount():
            return
        done = subprocess.run(["umount", str(student.disk)], check=False, capture_output=True, env=_ENVIRONMENT)
        if done.returncode == 0:
            return
        time.sleep(wait)
    subprocess.run(["umount", "--lazy", str(student.disk)], check=False, capture_output=True, env=_ENVIRONMENT)


def _make_or_grow(student: StudentFolder, size: int) -> None:
    if student.image.exists():
        grows = student.image.with_suffix(".grows")
        larger = student.image.stat().st_size < size
        # The file is large at once; a kill before its file system is must not leave it small for good.
        if larger or grows.exists():
            grows.touch()
            if larger:
                os.truncate(student.image, size)
            # Asked for by resize2fs; 1: errors were corrected.
            _run(["e2fsck", "-f", "-p", str(student.image)], fine=(0, 1))
            _run(["resize2fs", str(student.image)])
            grows.unlink()
        return
    with atomic(student.image, mode=0o600) as draft:
        os.truncate(draft, max(size, _SMALLEST))
        options = "lazy_itable_init=1,lazy_journal_init=1,nodiscard"
        _run(["mkfs.ext4", "-q", "-F", "-m", "0", "-E", options, str(draft)])


def _spare(disk: Path) -> None:
    spare = disk / "spare"
    told = os.statvfs(disk)
    if told.f_bavail * told.f_frsize < _SPARE_BYTES:
        spare.unlink(missing_ok=True)
    elif not spare.exists():
        with spare.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, _SPARE_BYTES)


_ENVIRONMENT = {"PATH": SYSTEM_PATH, "LC_ALL": "C"}


def _run(command: list[str], fine: tuple[int, ...] = (0,)) -> None:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=_ENVIRONMENT)
    except FileNotFoundError:
        raise ClassError(
            _("The program {name} is missing.").format(name=command[0]), "apt-get install e2fsprogs mount"
        ) from None
    if done.returncode not in fine:
        why = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or [str(done.returncode)]
        raise ClassError(
            _("A student's disk can't be made or mounted ({name}: {why}).").format(name=command[0], why=why[0]),
            _("Without limits of disks: c.DrydockSpawner.disk_limit = None"),
        )
