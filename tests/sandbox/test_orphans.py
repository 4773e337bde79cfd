"""What killed runs left in /tmp goes with the next run, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.engines import best_kind
from grader.processes import start_time
from grader.sandbox.sandbox import PREFIX, place, remove_orphans

pytestmark = pytest.mark.daemon


@pytest.fixture
def tmp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dd-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def left_by(tmp: Path, pid: int, start: str | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{pid}-{start}-", dir=tmp))
    (folder / "work").mkdir()
    (folder / "work" / "file").write_text("x")
    return folder


def test_a_folder_whose_name_leaves_none_for_sockets_is_not_used(tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place() == tmp
    monkeypatch.setattr(tempfile, "tempdir", "/scratch/batch/jobs/0123456789/node-17/tmp")
    assert place() == Path("/var/tmp")


def test_only_what_dead_processes_left_is_swept(tmp: Path) -> None:
    mine = left_by(tmp, os.getpid(), start_time(os.getpid()))
    # The number belongs to another process by now.
    reused = left_by(tmp, os.getpid(), "1")
    ended = subprocess.Popen(["true"])
    start = start_time(ended.pid) or "2"
    ended.wait()
    dead = left_by(tmp, ended.pid, start)
    other = tmp / f"{PREFIX}notes"
    other.mkdir()
    (tmp / f"{PREFIX}1-1-link").symlink_to(other)
    remove_orphans(best_kind())
    assert mine.exists()
    assert other.exists()
    assert not reused.exists()
    assert not dead.exists()


def test_two_that_sweep_at_once_do_not_trouble_each_other(tmp: Path) -> None:
    kind = best_kind()
    for _number in range(60):
        left_by(tmp, os.getpid(), "1")
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(remove_orphans, kind) for _number in range(3)]:
            done.result()
    assert list(tmp.iterdir()) == []
