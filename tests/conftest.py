"""Fixtures every test may use. A daemon test gets a real engine of its own worker, never a fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import docker
import pytest
from xdist.scheduler import LoadScopeScheduling

from grader.engines import best_engine
from grader.engines.protocol import Engine


class FilesAndLabs(LoadScopeScheduling):  # type: ignore[misc]
    """What shares fixtures runs in one worker: a file's tests, and in tests/course those of one lab."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        lab = test.partition("[")[2]
        return f"{file}[{lab}" if file.startswith("tests/course/") and lab else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesAndLabs:
    """The hook by which pytest-xdist takes another way of distributing tests than its own (its documentation)."""
    return FilesAndLabs(config, log)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One warm engine with the course images for a whole worker: use names of your own, clean up what you make."""
    with best_engine() as running:
        yield running


@pytest.fixture(scope="session")
def daemon(engine: Engine) -> Iterator[docker.DockerClient]:
    client = engine.endpoint.client()
    yield client
    client.close()
