"""While a check looks, nothing moves that a student may have a hand in: their kernel, nor what a setup cell started."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.autograde.settings import Drydock
from grader.course.release import Release
from grader.sandbox import StudentKernel
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.session import Session
from grader.values import DEFAULT_KEY
from tests.engines.engine_tests import eventually

pytestmark = pytest.mark.daemon


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    fork_server, settings = ForkServer(), Drydock()
    opened = Sandbox(settings.bounds(), settings.engine_kind(), fork_server)
    opened.open()
    yield opened
    opened.close()
    fork_server.close()


def ticking(kernel: StudentKernel, file: Path) -> None:
    loop = f"while :; do date +%s%N > {file}; done &"
    kernel.run(f"get_ipython().system_raw({loop!r})", 20)
    eventually(file.exists)


def test_setup_cells_processes_are_held_too(sandbox: Sandbox) -> None:
    session = Session(sandbox, Release((), {}), DEFAULT_KEY, logging.getLogger())
    files = sandbox.folder / "student", sandbox.folder / "setup"
    ticking(sandbox.kernel, files[0])
    ticking(sandbox.setup_kernel(), files[1])
    with session._held(sandbox.kernels):
        before = [file.stat().st_mtime_ns for file in files]
        time.sleep(0.3)
        assert [file.stat().st_mtime_ns for file in files] == before
    assert all(kernel.is_alive() for kernel in sandbox.kernels)
    eventually(lambda: all(file.stat().st_mtime_ns != old for file, old in zip(files, before, strict=True)))
