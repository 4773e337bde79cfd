"""The handle on a daemon's socket."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.engines import Endpoint, EngineError
from grader.sandbox.checker import Checker, PinnedSocket
from grader.sandbox.restored import CourseImages


def test_a_daemon_that_is_gone_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"has ended") as gone:
        PinnedSocket(f"unix://{tmp_path}/docker.sock")
    assert gone.value.remedy == "drydock up"


def held(path: Path) -> bool:
    """Whether this process has a handle on it."""
    return any(os.path.realpath(handle) == str(path) for handle in Path("/proc/self/fd").iterdir())


def test_a_daemon_that_does_not_answer_is_no_traceback_and_leaves_no_handle(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(str(path))  # and listens to nobody
        with pytest.raises(EngineError, match="does not answer"):
            CourseImages(Endpoint(f"unix://{path}"))
    assert not held(path)


def test_a_checker_of_a_daemon_that_is_gone_holds_no_folder(tmp_path: Path) -> None:
    engine: Any = SimpleNamespace(endpoint=Endpoint(f"unix://{tmp_path}/docker.sock"))
    with pytest.raises(EngineError):
        Checker(engine, folder=tmp_path)
    assert not held(tmp_path)
