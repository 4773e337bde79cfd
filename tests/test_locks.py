"""One at a time: who waits is told, who must not wait is refused, and a killed holder holds nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.engines import EngineError, detached
from grader.locks import locked

HOLDER = """
import sys, time
from pathlib import Path
from grader.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_who_waits_is_told_and_goes_on_when_the_holder_is_killed(tmp_path: Path) -> None:
    other = holder(tmp_path / "lock")
    told = []

    def busy() -> None:
        told.append("waiting")
        threading.Timer(0.2, other.kill).start()

    with locked(tmp_path / "lock", busy):
        assert other.wait(10)
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
