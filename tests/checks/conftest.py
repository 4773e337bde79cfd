"""Engines for the tests of the checks, with objects on them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings

from grader.checks import CheckFailed, Checks, CouldNotCheck, TaskReport
from grader.docker_api import blame
from grader.docker_api.environment import variables
from grader.engines import best_engine
from grader.engines.protocol import Engine
from grader.images import ensure
from tests.images.making import recipes

# How long one example takes says nothing on a machine that others use too.
settings.register_profile("checks", deadline=None)
settings.load_profile("checks")

_HERE = Path(__file__).parent


@contextmanager
def engine_with(script: str = "", image: str = "") -> Iterator[Engine]:
    """An engine on which this folder's script has run, and which has an image that only some labs declare."""
    engine = best_engine(shares=[_HERE])
    # Labs 17 and 22 have a template with this one, which is large; for the others one would be made.
    engine.more_images = ["host"] if image == "host" else []
    archives = ensure(recipes=recipes(image)).archives if image not in ("", "host") else []
    with engine:
        for archive in archives:
            with closing(engine.endpoint.client(timeout=300)) as client, archive.open("rb") as stream:
                client.images.load(stream)
        environment = {**os.environ, **variables(engine.endpoint.host)}
        if script:
            subprocess.run(["bash", _HERE / script, _HERE], env=environment, check=True)
        yield engine
        # A frozen process survives SIGKILL until it is thawed, and with it the engine's cgroup (cgroup v1).
        unpause = "docker ps --quiet --filter status=paused | xargs --no-run-if-empty docker unpause"
        subprocess.run(["bash", "-c", unpause], env=environment, check=False, capture_output=True)


def report_of(check: Checks, body: Callable[..., object], **more: object) -> TaskReport:
    """Of a task whose check does ``body``."""
    with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.", **more) as t:  # type: ignore[arg-type]
        body(t)
    return check.reports["job"]


@pytest.fixture(autouse=True, scope="module")
def patience(request: pytest.FixtureRequest) -> Iterator[None]:
    """On a machine that others use, too, the control question may take longer: else FAILED becomes COULD_NOT_CHECK."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.name != "test_checks_troubles.py":
            patch.setattr(blame, "PROMPT_SECONDS", 60.0)
        yield


@pytest.fixture(scope="session")
def world() -> Iterator[Engine]:
    """The objects of world.sh: use them, change none."""
    with engine_with("world.sh") as engine:
        yield engine


@pytest.fixture(scope="module")
def young() -> Iterator[Engine]:
    """Expectations about the past need a daemon whose whole past is known."""
    with engine_with("past.sh") as engine:
        yield engine


@contextmanager
def network_of(engine: Engine) -> Iterator[None]:
    """This thread in the network namespace where the daemon publishes ports, as a checker is."""
    pid = engine.endpoint.netns_pid
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


@pytest.fixture(scope="module")
def checker_network(world: Engine) -> Iterator[None]:
    """This thread where the world's daemon publishes ports."""
    with network_of(world):
        yield


@pytest.fixture(scope="module")
def stage() -> Iterator[Engine]:
    """An engine for tricks: tests may leave on it what they like."""
    with best_engine() as engine:
        yield engine


@pytest.fixture
def stage_network(stage: Engine) -> Iterator[None]:
    """This thread where the stage's daemon publishes ports."""
    with network_of(stage):
        yield
