"""One engine for the tests of the checks, with the objects of world.sh on it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from grader.engines import best_engine
from grader.engines.protocol import Engine

# How long one example takes says nothing on a machine that others use too.
settings.register_profile("checks", deadline=None)
settings.load_profile("checks")

_HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def world() -> Iterator[Engine]:
    """An engine of its own: expectations about the past need a daemon whose whole past is known."""
    with best_engine(shares=[_HERE]) as engine:
        environment = {**os.environ, "DOCKER_HOST": engine.endpoint.host}
        subprocess.run(["bash", _HERE / "world.sh", _HERE], env=environment, check=True)
        yield engine


@pytest.fixture(scope="module")
def checker_network(world: Engine) -> Iterator[None]:
    """This thread in the network namespace where the daemon publishes ports, as a checker is."""
    pid = world.endpoint.netns_pid
    if pid is None:
        yield
        return
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    theirs = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        os.setns(theirs, os.CLONE_NEWNET)
        yield
    finally:
        os.setns(own, os.CLONE_NEWNET)
        os.close(own)
        os.close(theirs)
