"""Files written whole: several writers, killed ones, and errors."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.files import atomic, atomic_write, settle, sha256_of, stamp_of

WRITER = """
import sys
from pathlib import Path
from grader.files import atomic_write
for number in range(500):
    atomic_write(Path(sys.argv[1]), sys.argv[2] * 5000)
"""


def test_two_writers_do_not_break_each_other(tmp_path: Path) -> None:
    file = tmp_path / "note"
    atomic_write(file, "a" * 5000)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, file, letter]) for letter in "ab"]
    while any(writer.poll() is None for writer in writers):
        assert file.read_text() in ("a" * 5000, "b" * 5000)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert {path.name for path in tmp_path.iterdir()} == {"note"}


def test_nor_do_threads(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: atomic_write(tmp_path / "note", f"{number % 7}" * 5000), range(400)))
    assert {path.name for path in tmp_path.iterdir()} == {"note"}


def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "note"
    atomic_write(file, "before")
    with pytest.raises(KeyboardInterrupt), atomic(file) as draft:
        draft.write_text("half")
        raise KeyboardInterrupt
    assert file.read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"note"}


def test_drafts_of_killed_writers_go_with_time(tmp_path: Path) -> None:
    kept = {".note.0.part", ".note.txt", ".notes.1.part", "note.1.part", "note"}
    for name in (*kept, ".note.1.part", ".note.part"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / ".note.0.part")
    atomic_write(tmp_path / "note", "new")
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_secret_is_nobody_elses_at_any_time(tmp_path: Path) -> None:
    with atomic(tmp_path / "key", mode=0o600) as draft:
        assert draft.stat().st_mode & 0o777 == 0o600
        draft.write_text("secret")
    assert (tmp_path / "key").read_text() == "secret"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_no_power_cut_leaves_a_secret_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda file: settled.append(Path(f"/proc/self/fd/{file}").read_text()))
    with atomic(tmp_path / "key", mode=0o600) as draft:
        draft.write_text("secret")
        assert settled == []
    assert settled == ["secret"]


def test_what_can_be_settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[int] = []

    def synced(file: int, number: int = 0) -> None:
        settled.append(os.fstat(file).st_size)
        if number:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", synced)
    with (tmp_path / "note").open("wb") as file:
        file.write(b"four")
        # What Python still has is not there yet.
        settle(file)
        settle(file.fileno())
    settle(tmp_path / "note")
    assert settled == [4, 4, 4]
    settle(tmp_path)
    # Not every file system can, and that is no trouble of ours; a broken disk is.
    monkeypatch.setattr(os, "fsync", lambda file: synced(file, errno.EINVAL))
    settle(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda file: synced(file, errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        settle(tmp_path)


def test_a_stamp_tells_of_every_writer(tmp_path: Path) -> None:
    file = tmp_path / "note"
    file.write_text("one")
    status, before = file.stat(), stamp_of(file)
    # The kernel's clock for files goes in steps of some milliseconds.
    while (clock := tmp_path / "clock").write_text("") or clock.stat().st_ctime_ns <= status.st_ctime_ns:
        pass
    file.write_text("two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file.stat().st_mtime_ns == status.st_mtime_ns
    assert stamp_of(file) != before
    assert sha256_of(file) == hashlib.sha256(b"two").hexdigest()
