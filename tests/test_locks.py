"""One at a time: who waits is told, who must not wait is refused, and a killed holder holds nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.engines import EngineError, detached, orphans
from grader.engines.folders import EngineFolder
from grader.locks import living_owner, locked, own, owner, unowned

HOLDER = """
import sys, time
from pathlib import Path
from grader.locks import locked, own, share
path = Path(sys.argv[1])
{hold}
print("held", flush=True)
time.sleep(600)
"""


def holder(path: Path, hold: str = "mine = locked(path); mine.__enter__()") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER.format(hold=hold), path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_who_waits_is_told_and_goes_on_when_the_holder_is_killed(tmp_path: Path) -> None:
    other = holder(tmp_path / "lock")
    told = []

    def busy() -> None:
        told.append("waiting")
        threading.Timer(0.2, other.kill).start()

    with locked(tmp_path / "lock", busy):
        assert other.wait(60)
    with locked(tmp_path / "lock", busy):
        pass
    assert told == ["waiting"]


def test_a_second_command_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path))
    other = holder(tmp_path / "lab.lock")
    try:
        with pytest.raises(EngineError, match="Another drydock command") as raised:
            detached.down()
        assert raised.value.remedy == "drydock status"
    finally:
        other.kill()
        other.wait()
    assert not detached.down()


def test_a_number_that_another_engines_process_has_by_now_ends_nobody(tmp_path: Path) -> None:
    """Each user's lab engine lies in a folder of the same name."""
    one, two = (EngineFolder(tmp_path / user / "lab") for user in ("ada", "bob"))
    processes = []
    for folder in (one, two):
        folder.path.mkdir(parents=True)
        processes.append(holder(folder.lock, f"own(path)  # {folder.spec}"))
    ours, theirs = processes
    try:
        one.lock.write_text(str(theirs.pid))
        assert living_owner(one.lock) is None and living_owner(two.lock) == theirs.pid
        with pytest.raises(EngineError, match="does not end"):
            orphans.end_supervisor(one, within=0)
        assert theirs.poll() is None
        one.lock.write_text(str(ours.pid))
        orphans.end_supervisor(one)
        assert ours.wait(60) < 0 and theirs.poll() is None
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert living_owner(two.lock) is None


def test_an_owner_is_known_and_nobody_becomes_it_meanwhile(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with unowned(lock) as free:
        assert free and owner(lock) is None
        with pytest.raises(RuntimeError, match="runs an engine in this folder"):
            own(lock, within=0)
    other = holder(lock, "own(path)")
    with unowned(lock) as free:
        assert not free and owner(lock) == other.pid
    other.kill()
    assert other.wait(60)
    with unowned(lock) as free:
        assert free
    with unowned(tmp_path / "missing" / "lock") as free:
        assert not free, "a folder that is gone is nobody's to take"


def test_what_several_share_has_an_owner_until_the_last_is_gone(tmp_path: Path) -> None:
    lock = tmp_path / "complete"
    lock.touch()
    for other in [holder(lock, "share(path)") for _number in range(2)]:
        with unowned(lock) as free:
            assert not free
        other.kill()
        assert other.wait(60)
    with unowned(lock) as free:
        assert free


def test_only_its_user_can_hold_a_lock_unless_it_is_several_peoples(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        with locked(tmp_path / "own"), locked(tmp_path / "shared", mode=0o666):
            modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("own", "shared")]
    finally:
        os.umask(before)
    assert modes == [0o600, 0o664]
