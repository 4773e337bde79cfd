"""A student's disk, a file system in a file: what a kill leaves of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.classroom import disk
from grader.classroom.places import StudentFolder

pytestmark = pytest.mark.skipif(
    shutil.which("mkfs.ext4", path=disk.SYSTEM_PATH) is None, reason="needs the programs of ext4"
)
_MIB = 1024**2


def _size(image: Path) -> int:
    """Of the file system in it."""
    said = subprocess.run(
        ["dumpe2fs", "-h", str(image)], capture_output=True, text=True, check=True, env={"PATH": disk.SYSTEM_PATH}
    ).stdout
    count, size = (int(re.findall(rf"^{name}:\s+([0-9]+)", said, re.M)[0]) for name in ("Block count", "Block size"))
    return count * size


def test_a_disk_that_was_growing_when_its_gate_was_killed_grows_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = StudentFolder(tmp_path)
    disk._make_or_grow(student, 256 * _MIB)
    assert _size(student.image) == 256 * _MIB
    run = disk._run

    def killed(command: list[str], fine: tuple[int, ...] = (0,)) -> None:
        if command[0] == "resize2fs":
            raise KeyboardInterrupt
        run(command, fine)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(disk, "_run", killed)
        disk._make_or_grow(student, 320 * _MIB)
    assert (student.image.stat().st_size, _size(student.image)) == (320 * _MIB, 256 * _MIB)
    disk._make_or_grow(student, 320 * _MIB)
    assert _size(student.image) == 320 * _MIB
    assert list(tmp_path.iterdir()) == [student.image]
