"""One Hub with two students' servers for a module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_client import Hub

from grader.classroom.hub import proxy_program
from grader.classroom.places import ClassFolder
from grader.classroom.running import stop_all
from grader.engines.folders import runtime_folder
from grader.files import cache_folder

_COURSE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A Hub whose students "ada" and "bob" are at work."""
    proxy = proxy_program()
    assert proxy is not None, "scripts/setup tests"
    # Short, for the sockets' sake (unix(7)).
    folder = runtime_folder() / "class"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    # The course images are made once for all tests.
    (folder / "cache").symlink_to(cache_folder())
    hub = Hub(folder, _COURSE, proxy)
    try:
        hub.start()
        for name in ("ada", "bob"):
            hub.begin(name)
        for name in ("ada", "bob"):
            hub.await_server(name)
        yield hub
    finally:
        hub.end()
        stop_all(ClassFolder(folder))
        assert not [line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line]
        shutil.rmtree(folder)
