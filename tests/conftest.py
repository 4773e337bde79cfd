"""Fixtures every test may use. A daemon test gets a real engine of its own worker, never a fake."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest

from grader.engines import best_engine
from grader.engines.protocol import Engine


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
