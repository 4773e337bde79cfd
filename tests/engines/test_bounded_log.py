"""What an engine says takes a bounded room, and who says it never waits."""

from __future__ import annotations

import subprocess
from pathlib import Path

from engine_tests import eventually

from grader.processes import BoundedLog

SAYS_MUCH = "head -c 5000000 /dev/zero; echo last words >&2"


def said(log: BoundedLog, script: str) -> int:
    with log.opened() as writer:
        speaker = subprocess.Popen(["sh", "-c", script], stdout=writer, stderr=writer)
    return speaker.wait(timeout=300)


def test_the_log_stays_small_and_keeps_the_end(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "log")
    assert said(log, SAYS_MUCH) == 0
    assert log.tail(11) == "last words\n"
    assert {path.name for path in tmp_path.iterdir()} == {"log", "log.old"}
    assert 1_000_000 < sum(path.stat().st_size for path in tmp_path.iterdir()) < 2_200_000


def test_a_later_start_goes_on_in_the_same_file(tmp_path: Path) -> None:
    for words in ("one", "two"):
        log = BoundedLog(tmp_path / "log")
        said(log, f"echo {words}")
        log.wait()
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_where_nothing_can_be_written_nobody_waits_and_nothing_breaks(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "nowhere" / "log")
    assert said(log, SAYS_MUCH) == 0
    assert log.tail(100) == ""


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    log = BoundedLog(tmp_path / "log")
    said(log, "echo words")
    log.wait()
    eventually(lambda: set(Path("/proc/self/fd").iterdir()) <= before)
